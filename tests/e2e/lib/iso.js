'use strict';
// Real public data: the language and country tables of Debian's package iso-codes.
const fs = require('fs');

function table(name) {
  return JSON.parse(fs.readFileSync(`/usr/share/iso-codes/json/iso_${name}.json`, 'utf8'))[name];
}

const limit = Number(process.env.E2E_LIMIT || Infinity); // fewer, for slow runs such as valgrind's

function languages() {
  return table('639-3').slice(0, limit);
}

function countries() {
  return table('3166-1').slice(0, limit);
}

// Languages and countries as companies: text in many scripts, links, addresses, money, emoji.
function companies() {
  const fromLanguages = languages().map((language) => ({
    name: language.name,
    domainName: { primaryLinkUrl: `${language.alpha_3}.language.example`, primaryLinkLabel: language.inverted_name || '' },
    linkedinLink: { primaryLinkUrl: `https://www.linkedin.com/company/iso639-${language.alpha_3}`, primaryLinkLabel: language.name },
    address: { addressStreet1: `${language.scope}/${language.type}`, addressCity: language.alpha_2 || '' },
  }));
  const fromCountries = countries().map((country) => ({
    name: country.official_name || country.name,
    domainName: { primaryLinkUrl: `${country.alpha_3.toLowerCase()}.country.example`, primaryLinkLabel: country.flag },
    address: { addressCountry: country.name, addressPostcode: country.numeric },
    annualRevenue: { amountMicros: String(Number(country.numeric) * 1000000), currencyCode: 'EUR' },
  }));
  return [...fromLanguages, ...fromCountries];
}

function notes() {
  return languages().map((language) => ({ title: `${language.name} "${language.alpha_3}" \\ </${language.type}>\u2028` }));
}

module.exports = { companies, notes };
