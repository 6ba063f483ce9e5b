// The schema, as graphql-js sees it.
import { buildClientSchema, getIntrospectionQuery, printType, validateSchema } from 'graphql';
import { check, data, main, same, send, test } from './lib.mjs';

const schema = buildClientSchema(await data(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true })));
const fields = (name) => Object.fromEntries(Object.entries(schema.getType(name).getFields()).map(([key, field]) => [key, String(field.type)]));
const args = (type, name) => Object.fromEntries(schema.getType(type).getFields()[name].args.map((one) => [one.name, String(one.type)]));
// "id: UUID!  name: String" as the contract writes types.
const written = (text) => Object.fromEntries(text.trim().split(/\s{2,}/).map((one) => one.split(': ')));

// Sections 2.1 to 2.3 of the contract, word for word.
const types = {
  Object: 'id: UUID!  universalIdentifier: String!  nameSingular: String!  namePlural: String!  labelSingular: String!  labelPlural: String!  description: String  icon: String  shortcut: String  color: String  isRemote: Boolean!  isActive: Boolean!  isSystem: Boolean!  isUIEditable: Boolean!  isUICreatable: Boolean!  isUIReadOnly: Boolean!  isSearchable: Boolean!  openRecordIn: ObjectOpenRecordIn!  readability: MetadataReadability!  readabilityParentFieldUniversalIdentifiers: [UUID!]  writability: MetadataWritability!  applicationId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  labelIdentifierFieldMetadataId: UUID  imageIdentifierFieldMetadataId: UUID  isLabelSyncedWithName: Boolean!  duplicateCriteria: [[String!]!]  fields: ObjectFieldsConnection!  indexMetadatas: ObjectIndexMetadatasConnection!  fieldsList: [Field!]!  indexMetadataList: [Index!]!  searchFieldMetadataList: [SearchField!]!',
  Field: 'id: UUID!  universalIdentifier: String!  type: FieldMetadataType!  name: String!  label: String!  description: String  icon: String  isActive: Boolean  isSystem: Boolean  isUIEditable: Boolean  writability: MetadataWritability  isUIReadOnly: Boolean  isNullable: Boolean  isUnique: Boolean  isSearchable: Boolean  isAuditLogged: Boolean  defaultValue: JSON  options: JSON  settings: JSON  objectMetadataId: UUID!  isLabelSyncedWithName: Boolean  morphId: UUID  createdAt: DateTime!  updatedAt: DateTime!  applicationId: UUID!  object: Object  relation: Relation  morphRelations: [Relation!]',
  Relation: 'type: RelationType!  sourceObjectMetadata: Object!  targetObjectMetadata: Object!  sourceFieldMetadata: Field!  targetFieldMetadata: Field!',
  Index: 'id: UUID!  name: String!  isCustom: Boolean  isUnique: Boolean!  indexWhereClause: String  indexType: IndexType!  createdAt: DateTime!  updatedAt: DateTime!  indexFieldMetadataList: [IndexField!]!',
  IndexField: 'id: UUID!  fieldMetadataId: UUID!  order: Float!  subFieldName: String  createdAt: DateTime!  updatedAt: DateTime!',
  SearchField: 'id: UUID!  fieldMetadataId: UUID!  tsVectorFieldMetadataId: UUID!  position: Float!  createdAt: DateTime!  updatedAt: DateTime!',
  ObjectRecordCount: 'objectNamePlural: String!  totalCount: Int!',
  PageInfo: 'hasNextPage: Boolean  hasPreviousPage: Boolean  startCursor: ConnectionCursor  endCursor: ConnectionCursor',
  ObjectConnection: 'pageInfo: PageInfo!  edges: [ObjectEdge!]!',
  ObjectEdge: 'node: Object!  cursor: ConnectionCursor!',
  FieldConnection: 'pageInfo: PageInfo!  edges: [FieldEdge!]!',
  FieldEdge: 'node: Field!  cursor: ConnectionCursor!',
  ApiKey: 'id: UUID!  name: String!  expiresAt: DateTime!  revokedAt: DateTime  createdAt: DateTime!  updatedAt: DateTime!  role: Role!',
  ApiKeyToken: 'token: String!',
  Webhook: 'id: UUID!  targetUrl: String!  operations: [String!]!  description: String  secret: String!  applicationId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  deletedAt: DateTime  order: String!  retrySchedule: [String!]  rateLimit: String  filter: String  fields: [String!]  payload: String!  headers: JSON!  maxBytes: Int  signature: String!  publicKey: String  authorities: String  clientCertificate: String  paused: Boolean!  status: String!  disabledAt: DateTime  disabledReason: String  failingSince: DateTime  oldSecretsUntil: DateTime',
  Role: 'id: UUID!  universalIdentifier: UUID  label: String!  description: String  icon: String  isEditable: Boolean!  canBeAssignedToUsers: Boolean!  canBeAssignedToAgents: Boolean!  canBeAssignedToApiKeys: Boolean!  workspaceMembers: [WorkspaceMember!]!  agents: [Agent!]!  apiKeys: [ApiKeyForRole!]!  canUpdateAllSettings: Boolean!  canAccessAllTools: Boolean!  canReadAllObjectRecords: Boolean!  canUpdateAllObjectRecords: Boolean!  canSoftDeleteAllObjectRecords: Boolean!  canDestroyAllObjectRecords: Boolean!  canIntrospect: Boolean!  permissionFlags: [RolePermissionFlag!]  objectPermissions: [ObjectPermission!]  fieldPermissions: [FieldPermission!]  rowLevelPermissionPredicates: [RowLevelPermissionPredicate!]  rowLevelPermissionPredicateGroups: [RowLevelPermissionPredicateGroup!]',
  ObjectPermission: 'objectMetadataId: UUID!  canReadObjectRecords: Boolean  canUpdateObjectRecords: Boolean  canSoftDeleteObjectRecords: Boolean  canDestroyObjectRecords: Boolean  restrictedFields: JSON  rowLevelPermissionPredicates: [RowLevelPermissionPredicate!]  rowLevelPermissionPredicateGroups: [RowLevelPermissionPredicateGroup!]',
  FieldPermission: 'id: UUID!  objectMetadataId: UUID!  fieldMetadataId: UUID!  roleId: UUID!  canReadFieldValue: Boolean  canUpdateFieldValue: Boolean',
  RolePermissionFlag: 'id: UUID!  roleId: UUID!  flag: String!',
  PermissionFlag: 'id: UUID!  universalIdentifier: UUID!  key: String!  label: String!  description: String  icon: String  permissionType: String!  applicationId: UUID!  createdAt: DateTime!  updatedAt: DateTime!',
  UpsertObjectPermissionsInput: 'roleId: UUID!  objectPermissions: [ObjectPermissionInput!]!',
  ObjectPermissionInput: 'objectMetadataId: UUID!  canReadObjectRecords: Boolean  canUpdateObjectRecords: Boolean  canSoftDeleteObjectRecords: Boolean  canDestroyObjectRecords: Boolean',
  UpsertFieldPermissionsInput: 'roleId: UUID!  fieldPermissions: [FieldPermissionInput!]!',
  FieldPermissionInput: 'objectMetadataId: UUID!  fieldMetadataId: UUID!  canReadFieldValue: Boolean  canUpdateFieldValue: Boolean',
  UpsertPermissionFlagsInput: 'roleId: UUID!  permissionFlagKeys: [String!]!',
  CursorPaging: 'before: ConnectionCursor  after: ConnectionCursor  first: Int  last: Int',
  ObjectFilter: 'and: [ObjectFilter!]  or: [ObjectFilter!]  id: UUIDFilterComparison  universalIdentifier: UUIDFilterComparison  isActive: BooleanFieldComparison  isRemote: BooleanFieldComparison  isSearchable: BooleanFieldComparison  isSystem: BooleanFieldComparison  isUICreatable: BooleanFieldComparison  isUIEditable: BooleanFieldComparison  isUIReadOnly: BooleanFieldComparison',
  FieldFilter: 'and: [FieldFilter!]  or: [FieldFilter!]  id: UUIDFilterComparison  isActive: BooleanFieldComparison  isSystem: BooleanFieldComparison  isUIEditable: BooleanFieldComparison  isUIReadOnly: BooleanFieldComparison  objectMetadataId: UUIDFilterComparison',
  UUIDFilterComparison: 'is: Boolean  isNot: Boolean  eq: UUID  neq: UUID  gt: UUID  gte: UUID  lt: UUID  lte: UUID  like: UUID  notLike: UUID  iLike: UUID  notILike: UUID  in: [UUID!]  notIn: [UUID!]',
  CreateObjectInput: 'nameSingular: String!  namePlural: String!  labelSingular: String!  labelPlural: String!  description: String  icon: String  shortcut: String  color: String  skipNameField: Boolean  isRemote: Boolean  primaryKeyColumnType: String  primaryKeyFieldMetadataSettings: JSON  isLabelSyncedWithName: Boolean',
  UpdateObjectPayload: 'labelSingular: String  labelPlural: String  nameSingular: String  namePlural: String  description: String  icon: String  shortcut: String  color: String  isActive: Boolean  labelIdentifierFieldMetadataId: UUID  imageIdentifierFieldMetadataId: UUID  isLabelSyncedWithName: Boolean  isSearchable: Boolean  openRecordIn: ObjectOpenRecordIn  readability: MetadataReadability  translations: [MetadataTranslationOverrideInput!]',
  CreateFieldInput: 'type: FieldMetadataType!  name: String!  label: String!  description: String  icon: String  isActive: Boolean  isSystem: Boolean  isUIEditable: Boolean  isUIReadOnly: Boolean  isNullable: Boolean  isUnique: Boolean  isSearchable: Boolean  isAuditLogged: Boolean  defaultValue: JSON  options: JSON  settings: JSON  objectMetadataId: UUID!  isLabelSyncedWithName: Boolean  isRemoteCreation: Boolean  relationCreationPayload: JSON  morphRelationsCreationPayload: [JSON!]',
  UpdateFieldInput: 'universalIdentifier: String  name: String  label: String  description: String  icon: String  isActive: Boolean  isSystem: Boolean  isUIEditable: Boolean  isUIReadOnly: Boolean  isNullable: Boolean  isUnique: Boolean  isSearchable: Boolean  isAuditLogged: Boolean  defaultValue: JSON  options: JSON  settings: JSON  objectMetadataId: UUID  isLabelSyncedWithName: Boolean  morphRelationsUpdatePayload: [JSON!]  translations: [MetadataTranslationOverrideInput!]',
  CreateWebhookInput: 'id: UUID  targetUrl: String!  operations: [String!]!  description: String  secret: String  order: String  retrySchedule: [String!]  rateLimit: String  filter: String  fields: [String!]  payload: String  headers: JSON  maxBytes: Int  signature: String  authorities: String  clientCertificate: String  clientKey: String  paused: Boolean',
  UpdateWebhookInputUpdates: 'targetUrl: String  operations: [String!]  description: String  secret: String  order: String  retrySchedule: [String!]  rateLimit: String  filter: String  fields: [String!]  payload: String  headers: JSON  maxBytes: Int  signature: String  authorities: String  clientCertificate: String  clientKey: String  paused: Boolean',
  CreateApiKeyInput: 'name: String!  expiresAt: String!  revokedAt: String  roleId: UUID!',
  UpdateApiKeyInput: 'id: UUID!  name: String  expiresAt: String  revokedAt: String',
  View: 'id: UUID!  universalIdentifier: UUID!  applicationId: UUID!  isSystemSideEffect: Boolean!  name: String!  objectMetadataId: UUID!  type: ViewType!  key: ViewKey  icon: String!  position: Float!  isCompact: Boolean!  isCustom: Boolean!  openRecordIn: ViewOpenRecordIn!  kanbanAggregateOperation: AggregateOperations  kanbanAggregateOperationFieldMetadataId: UUID  mainGroupByFieldMetadataId: UUID  shouldHideEmptyGroups: Boolean!  kanbanColumnWidth: Int  groupLoadLimit: Int  calendarFieldMetadataId: UUID  calendarEndFieldMetadataId: UUID  workspaceId: UUID!  anyFieldFilterValue: String  calendarLayout: ViewCalendarLayout  createdAt: DateTime!  updatedAt: DateTime!  deletedAt: DateTime  viewFields: [ViewField!]!  viewFilters: [ViewFilter!]!  viewFilterGroups: [ViewFilterGroup!]!  viewSorts: [ViewSort!]!  viewGroups: [ViewGroup!]!  viewFieldGroups: [ViewFieldGroup!]!  visibility: ViewVisibility!  createdByUserWorkspaceId: UUID  isActive: Boolean!',
  ViewField: 'id: UUID!  universalIdentifier: UUID!  applicationId: UUID!  isSystemSideEffect: Boolean!  fieldMetadataId: UUID!  isVisible: Boolean!  size: Float!  position: Float!  aggregateOperation: AggregateOperations  viewId: UUID!  viewFieldGroupId: UUID  workspaceId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  isActive: Boolean!  deletedAt: DateTime  isOverridden: Boolean',
  ViewFilter: 'id: UUID!  fieldMetadataId: UUID!  operand: ViewFilterOperand!  value: JSON!  viewFilterGroupId: UUID  positionInViewFilterGroup: Float  subFieldName: String  relationTargetFieldMetadataId: UUID  viewId: UUID!  workspaceId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  deletedAt: DateTime',
  ViewFilterGroup: 'id: UUID!  parentViewFilterGroupId: UUID  logicalOperator: ViewFilterGroupLogicalOperator!  positionInViewFilterGroup: Float  viewId: UUID!  workspaceId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  deletedAt: DateTime',
  ViewSort: 'id: UUID!  fieldMetadataId: UUID!  direction: ViewSortDirection!  subFieldName: String  viewId: UUID!  workspaceId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  deletedAt: DateTime',
  ViewGroup: 'id: UUID!  isVisible: Boolean!  fieldValue: String!  position: Float!  viewId: UUID!  workspaceId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  deletedAt: DateTime',
  ViewFieldGroup: 'id: UUID!  name: String!  position: Float!  isVisible: Boolean!  viewId: UUID!  workspaceId: UUID!  createdAt: DateTime!  updatedAt: DateTime!  isActive: Boolean!  deletedAt: DateTime  viewFields: [ViewField!]!  isOverridden: Boolean!',
  CreateViewInput: 'id: UUID  name: String!  objectMetadataId: UUID!  type: ViewType  key: ViewKey  icon: String!  position: Float  isCompact: Boolean  shouldHideEmptyGroups: Boolean  kanbanColumnWidth: Int  groupLoadLimit: Int  openRecordIn: ViewOpenRecordIn  kanbanAggregateOperation: AggregateOperations  kanbanAggregateOperationFieldMetadataId: UUID  anyFieldFilterValue: String  calendarLayout: ViewCalendarLayout  calendarFieldMetadataId: UUID  calendarEndFieldMetadataId: UUID  mainGroupByFieldMetadataId: UUID  visibility: ViewVisibility',
  UpdateViewInput: 'id: UUID  name: String  type: ViewType  icon: String  position: Float  isCompact: Boolean  openRecordIn: ViewOpenRecordIn  kanbanAggregateOperation: AggregateOperations  kanbanAggregateOperationFieldMetadataId: UUID  anyFieldFilterValue: String  calendarLayout: ViewCalendarLayout  calendarFieldMetadataId: UUID  calendarEndFieldMetadataId: UUID  visibility: ViewVisibility  mainGroupByFieldMetadataId: UUID  shouldHideEmptyGroups: Boolean  kanbanColumnWidth: Int  groupLoadLimit: Int',
  CreateViewFieldInput: 'id: UUID  fieldMetadataId: UUID!  viewId: UUID!  isVisible: Boolean  size: Float  position: Float  aggregateOperation: AggregateOperations  viewFieldGroupId: UUID',
  CreateViewFilterInput: 'id: UUID  fieldMetadataId: UUID!  operand: ViewFilterOperand  value: JSON!  viewFilterGroupId: UUID  positionInViewFilterGroup: Float  subFieldName: String  relationTargetFieldMetadataId: UUID  viewId: UUID!',
  CreateViewFilterGroupInput: 'id: UUID  parentViewFilterGroupId: UUID  logicalOperator: ViewFilterGroupLogicalOperator  positionInViewFilterGroup: Float  viewId: UUID!',
  CreateViewSortInput: 'id: UUID  fieldMetadataId: UUID!  direction: ViewSortDirection  subFieldName: String  viewId: UUID!',
  CreateViewGroupInput: 'id: UUID  isVisible: Boolean  fieldValue: String!  position: Float  viewId: UUID!',
  UpdateOneFieldMetadataInput: 'id: UUID!  update: UpdateFieldInput!',
  CreateOneFieldMetadataInput: 'field: CreateFieldInput!',
};
const roots = {
  Query: {
    objects: ['ObjectConnection!', 'paging: CursorPaging!  filter: ObjectFilter!'], object: ['Object!', 'id: UUID!'], fields: ['FieldConnection!', 'paging: CursorPaging!  filter: FieldFilter!'], field: ['Field!', 'id: UUID!'],
    objectRecordCounts: ['[ObjectRecordCount!]!'], webhooks: ['[Webhook!]!'], webhook: ['Webhook', 'id: UUID!'], webhookDeliveries: ['WebhookDeliveryPage!', 'input: WebhookDeliveriesInput'], webhookDelivery: ['WebhookDelivery', 'id: String!'], webhookReplays: ['[WebhookReplay!]!', 'id: UUID!'], apiKeys: ['[ApiKey!]!'], apiKey: ['ApiKey', 'input: GetApiKeyInput!'],
    getApiKeyRoles: ['[Role!]!'], getRoles: ['[Role!]!'], getRole: ['Role!', 'id: UUID!'], getPermissionFlags: ['[PermissionFlag!]!'], currentWorkspace: ['Workspace!'],
    getViews: ['[View!]!', 'objectMetadataId: String  viewTypes: [ViewType!]'], getView: ['View', 'id: String!'], getViewFields: ['[ViewField!]!', 'viewId: String!'],
    getViewField: ['ViewField', 'id: String!'], getViewFilters: ['[ViewFilter!]!', 'viewId: String'], getViewFilter: ['ViewFilter', 'id: String!'],
    getViewFilterGroups: ['[ViewFilterGroup!]!', 'viewId: String'], getViewFilterGroup: ['ViewFilterGroup', 'id: String!'], getViewSorts: ['[ViewSort!]!', 'viewId: String'],
    getViewSort: ['ViewSort', 'id: String!'], getViewGroups: ['[ViewGroup!]!', 'viewId: String'], getViewGroup: ['ViewGroup', 'id: String!'],
    getViewFieldGroups: ['[ViewFieldGroup!]!', 'viewId: String!'], getViewFieldGroup: ['ViewFieldGroup', 'id: String!'],
  },
  Mutation: {
    createOneObject: ['Object!', 'input: CreateOneObjectInput!'], updateOneObject: ['Object!', 'input: UpdateOneObjectInput!'], updateManyObjects: ['[Object!]!', 'inputs: [UpdateOneObjectInput!]!'], deleteOneObject: ['Object!', 'input: DeleteOneObjectInput!'],
    createOneField: ['Field!', 'input: CreateOneFieldMetadataInput!'], updateOneField: ['Field!', 'input: UpdateOneFieldMetadataInput!'], deleteOneField: ['Field!', 'input: DeleteOneFieldInput!'],
    createWebhook: ['Webhook!', 'input: CreateWebhookInput!'], updateWebhook: ['Webhook!', 'input: UpdateWebhookInput!'], deleteWebhook: ['Webhook!', 'id: UUID!'],
    testWebhook: ['WebhookDeliveryReference!', 'id: UUID!'], pauseWebhook: ['Webhook!', 'id: UUID!'], resumeWebhook: ['Webhook!', 'id: UUID!'], rotateWebhookSecret: ['Webhook!', 'id: UUID!  input: RotateWebhookSecretInput'],
    replayWebhook: ['WebhookReplay!', 'id: UUID!  input: ReplayWebhookInput!'], cancelWebhookReplay: ['Boolean!', 'id: UUID!'], resendWebhookDelivery: ['WebhookDeliveryReference!', 'id: String!'],
    createApiKey: ['ApiKey!', 'input: CreateApiKeyInput!'], updateApiKey: ['ApiKey', 'input: UpdateApiKeyInput!'], revokeApiKey: ['ApiKey', 'input: RevokeApiKeyInput!'], assignRoleToApiKey: ['Boolean!', 'apiKeyId: UUID!  roleId: UUID!'], generateApiKeyToken: ['ApiKeyToken!', 'apiKeyId: UUID!  expiresAt: String!'],
    createOneRole: ['Role!', 'createRoleInput: CreateRoleInput!'], updateOneRole: ['Role!', 'updateRoleInput: UpdateRoleInput!'], deleteOneRole: ['String!', 'roleId: UUID!'],
    upsertObjectPermissions: ['[ObjectPermission!]!', 'upsertObjectPermissionsInput: UpsertObjectPermissionsInput!'], upsertFieldPermissions: ['[FieldPermission!]!', 'upsertFieldPermissionsInput: UpsertFieldPermissionsInput!'], upsertPermissionFlags: ['[RolePermissionFlag!]!', 'upsertPermissionFlagsInput: UpsertPermissionFlagsInput!'], updateWorkspace: ['Workspace!', 'data: UpdateWorkspaceInput!'],
    createView: ['View!', 'input: CreateViewInput!'], updateView: ['View!', 'id: String!  input: UpdateViewInput!'], deleteView: ['Boolean!', 'id: String!'],
    destroyView: ['Boolean!', 'id: String!'], createViewFilterGroup: ['ViewFilterGroup!', 'input: CreateViewFilterGroupInput!'], updateViewFilterGroup: ['ViewFilterGroup!', 'id: String!  input: UpdateViewFilterGroupInput!'],
    deleteViewFilterGroup: ['Boolean!', 'id: String!'], destroyViewFilterGroup: ['Boolean!', 'id: String!'], createViewField: ['ViewField!', 'input: CreateViewFieldInput!'],
    updateViewField: ['ViewField!', 'input: UpdateViewFieldInput!'], deleteViewField: ['ViewField!', 'input: DeleteViewFieldInput!'], destroyViewField: ['ViewField!', 'input: DestroyViewFieldInput!'],
    createManyViewFields: ['[ViewField!]!', 'inputs: [CreateViewFieldInput!]!'], createViewFilter: ['ViewFilter!', 'input: CreateViewFilterInput!'], updateViewFilter: ['ViewFilter!', 'input: UpdateViewFilterInput!'],
    deleteViewFilter: ['ViewFilter!', 'input: DeleteViewFilterInput!'], destroyViewFilter: ['ViewFilter!', 'input: DestroyViewFilterInput!'], createViewSort: ['ViewSort!', 'input: CreateViewSortInput!'],
    updateViewSort: ['ViewSort!', 'input: UpdateViewSortInput!'], deleteViewSort: ['Boolean!', 'input: DeleteViewSortInput!'], destroyViewSort: ['Boolean!', 'input: DestroyViewSortInput!'],
    createViewGroup: ['ViewGroup!', 'input: CreateViewGroupInput!'], updateViewGroup: ['ViewGroup!', 'input: UpdateViewGroupInput!'], deleteViewGroup: ['ViewGroup!', 'input: DeleteViewGroupInput!'],
    destroyViewGroup: ['ViewGroup!', 'input: DestroyViewGroupInput!'], createManyViewGroups: ['[ViewGroup!]!', 'inputs: [CreateViewGroupInput!]!'], updateManyViewGroups: ['[ViewGroup!]!', 'inputs: [UpdateViewGroupInput!]!'],
    createViewFieldGroup: ['ViewFieldGroup!', 'input: CreateViewFieldGroupInput!'], updateViewFieldGroup: ['ViewFieldGroup!', 'input: UpdateViewFieldGroupInput!'], deleteViewFieldGroup: ['ViewFieldGroup!', 'input: DeleteViewFieldGroupInput!'],
    destroyViewFieldGroup: ['ViewFieldGroup!', 'input: DestroyViewFieldGroupInput!'], createManyViewFieldGroups: ['[ViewFieldGroup!]!', 'inputs: [CreateViewFieldGroupInput!]!'],
  },
};

main(30, async () => {
  await test('introspection builds a valid client schema', async () => same(validateSchema(schema).map(String), []));
  await test('types are those of the contract', async () => {
    for (const [name, text] of Object.entries(types)) {
      const [got, wanted] = [fields(name), written(text)];
      // Webhooks have more here than there: how they are delivered.
      const known = /Webhook/.test(name) ? Object.fromEntries(Object.entries(got).filter(([key]) => key in wanted)) : got;
      same(known, wanted, name);
    }
  });
  await test('queries and mutations are those of the contract', async () => {
    for (const [type, wanted] of Object.entries(roots)) {
      // Whatever is there besides is about webhooks.
      same(Object.keys(fields(type)).filter((name) => name in wanted || !/webhook/i.test(name)).sort(), Object.keys(wanted).sort(), type);
      for (const [name, [answer, taken = '']] of Object.entries(wanted)) {
        same(fields(type)[name], answer, name);
        same(args(type, name), taken === '' ? {} : written(taken), name);
      }
    }
  });
  await test('field types are those of the contract', async () => {
    same(schema.getType('FieldMetadataType').getValues().map(({ name }) => name).join(' '), 'ACTOR ADDRESS ARRAY BOOLEAN CURRENCY DATE DATE_TIME EMAILS FILES FULL_NAME LINKS MORPH_RELATION MULTI_SELECT NUMBER NUMERIC PHONES POSITION RATING RAW_JSON RELATION RICH_TEXT SELECT TEXT TS_VECTOR UUID');
  });
  await test('every type has a definition that prints', async () => {
    for (const type of Object.values(schema.getTypeMap())) check(printType(type).length > 0, type.name);
  });
  await test('both schemas are served by one engine', async () => {
    const records = await send('POST', '/graphql', { query: '{ __schema { queryType { fields { name } } } }' });
    check(!records.json.data.__schema.queryType.fields.some(({ name }) => name === 'objects'), records.text.slice(0, 200));
    same((await data('{ __typename }')).__typename, 'Query');
    same((await send('GET', `/metadata?query=${encodeURIComponent('{objects{edges{node{id}}}}')}`)).json.data.objects.edges.length, 8);
  });
});
