// GET /rest/search.
import { check, create, expect, ids, main, q, refused, same, send, test, uuid } from './lib.mjs';

main(60, async () => {
  const word = `zq${uuid().slice(0, 8)}`;
  const company = await create('companies', { name: `${word} Industries` });
  const both = await create('companies', { name: `${word} ${word} Holding` });
  const person = await create('people', { name: { firstName: 'Ada', lastName: `${word}sen` } });
  const gone = await create('companies', { name: `${word} Gone` });
  await expect(200, 'DELETE', `/rest/companies/${gone.id}?soft_delete=true`);
  const search = async (text, more = '') => expect(200, 'GET', `/rest/search?query=${q(text)}${more}`);
  const found = (answer) => answer.data.search.map(({ recordId }) => recordId);

  await test('the_last_word_is_a_beginning_and_the_best_come_first', async () => {
    const answer = await search(word);
    same([...found(answer)].sort(), [company.id, both.id, person.id].sort());
    const ranks = answer.data.search.map(({ tsRankCD }) => tsRankCD);
    same(ranks, [...ranks].sort((a, b) => b - a), 'ranks');
    same(answer.pageInfo.hasNextPage, false);
    const one = answer.data.search.find(({ recordId }) => recordId === person.id);
    same([one.objectNameSingular, one.objectLabelSingular, one.label, one.imageUrl], ['person', 'Person', `Ada ${word}sen`, null]);
    check(typeof one.tsRank === 'number' && one.tsRank > 0, 'rank');
  });
  await test('all_words_must_be_there_and_only_the_last_is_a_beginning', async () => {
    same(found(await search(`${word} Indus`)), [company.id]);
    same(found(await search(`Indus ${word}`)), []);
    same(found(await search(`${word.toUpperCase()} INDUSTRIES`)), [company.id]);
  });
  await test('objects_are_chosen', async () => {
    same(found(await search(word, '&includedObjectNameSingulars=person')), [person.id]);
    same(found(await search(word, '&excludedObjectNameSingulars=company,opportunity')), [person.id]);
    same(found(await search(word, '&includedObjectNameSingulars=note')), []);
  });
  await test('pages_follow_the_ranks', async () => {
    const all = found(await search(word));
    let after = '';
    const seen = [];
    for (let page = 0; page < 5; page++) {
      const answer = await search(word, `&limit=1${after}`);
      seen.push(...found(answer));
      if (!answer.pageInfo.hasNextPage) break;
      after = `&starting_after=${q(answer.pageInfo.endCursor)}`;
    }
    same(seen, all);
    const none = await search(word, '&limit=0');
    same(none, { data: { search: [] }, pageInfo: { hasNextPage: true, endCursor: null } });
  });
  await test('an_empty_query_lists_everything_people_first', async () => {
    const answer = await search('', '&limit=100');
    check(answer.data.search.length >= 3, 'there is something');
    const kinds = answer.data.search.map(({ objectNameSingular }) => objectNameSingular);
    check(kinds.every((kind, i) => i === 0 || kind !== 'person' || kinds[i - 1] === 'person'), 'people first');
    same(kinds[0], 'person');
    check(!found(answer).includes(gone.id), 'no deleted ones');
    same(ids(answer.data.search.slice(0, 0)), []);
  });
  await test('hostile_words_are_words', async () => {
    for (const text of ["'", '\\', "a' | b:*", '!a & (b', '<->', ':*', '&&', "it's", 'a\\b', '%', '"', 'é', '🙂', "x':*", '((', 'a:b:c', 'foo-bar.com/x?y=1']) {
      const answer = await send('GET', `/rest/search?query=${q(text)}`);
      same(answer.status, 200, `${text}: ${answer.text}`);
    }
  });
  await test('bad_questions_are_refused', async () => {
    await refused(400, "'query' is missing", 'BAD_REQUEST', 'GET', '/rest/search');
    await refused(400, 'limit', 'INVALID_LIMIT_QUERY_PARAM', 'GET', '/rest/search?query=a&limit=x');
    for (const cursor of ['x', Buffer.from('1 1 company').toString('base64url'), Buffer.from(`1 x company ${uuid()}`).toString('base64url'), Buffer.from(`1 1 nothing ${uuid()}`).toString('base64url')]) {
      await refused(400, 'Invalid cursor', 'INVALID_CURSOR', 'GET', `/rest/search?query=a&starting_after=${q(cursor)}`);
    }
    same((await send('POST', '/rest/search', {})).status, 405);
    same((await send('GET', '/rest/search?query=a', undefined, { token: null })).status, 403);
  });
});
