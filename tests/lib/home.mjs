// A house with few places in it, and people who look after their own registration there by the link of their page.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { emptyHouse, event } from './turnout.mjs';
import { Visitor, readForm, tokenOf } from './visitor.mjs';

export const slug = 'few-places';
const soon = 40; // days until it begins

// The definition with every date moved by the same days, and what a test wants otherwise.
function definitionWith(change, days = soon) {
  const moved = Math.round((Date.now() - Date.parse('2027-02-06')) / 86_400_000) + days;
  const definition = JSON.parse(readFileSync(event(slug), 'utf8'), (key, value) => {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value))
      return value;
    return new Date(Date.parse(`${value}Z`) + moved * 86_400_000).toISOString().slice(0, 16);
  });
  definition.registration.opens = new Date(Date.now() - 86_400_000).toISOString().slice(0, 16);
  // room for all tests of a house, but for the one seat at the bus's second stop, and the van's
  for (const part of [...definition.sessions, ...definition.options])
    if (part.capacity)
      part.capacity = part.code === 'van' ? 1 : 60;
  definition.sessions[0].checkpoints = ['Tent'];
  definition.questions = [{ code: 'shirt', type: 'choices', label: { en: 'Shirts' }, required: false, purpose: { en: 'To have enough.' },
    seen_by: ['staff'], days_kept: 7, choices: [{ code: 's', label: { en: 'Small' } }, { code: 'l', label: { en: 'Large' } }] }];
  change?.(definition);
  return definition;
}

// A house of its own, and what a visitor does in it.
export class Home {
  static async open(engine, { change, env, days } = {}) {
    const home = new Home();
    home.house = await emptyHouse(engine);
    await home.house.do(['schema', 'init']);
    home.load = async (other) => {
      const file = join(home.house.dir, '..', 'definition.json');
      writeFileSync(file, JSON.stringify(definitionWith(other, days)));
      await home.house.do(['schema', 'load', file]);
    };
    await home.load(change);
    home.server = await home.house.serve({ env });
    home.visitor = new Visitor(home.server.url);
    return home;
  }

  // Within the second of a load the form, and an answer, are asked for once more.
  async register(answers) {
    for (const until = Date.now() + 20_000; ;) {
      const sent = await this.visitor.register(slug, { contact: 'none', region: '1', option: 'b', age_band: 'adult', photo: 'no', ...answers });
      if (sent.status !== 409 || Date.now() > until) {
        assert.equal(sent.status, 303, sent.text.slice(0, 1500));
        return tokenOf(sent);
      }
    }
  }

  async page(path, lang = 'en') {
    const page = await this.visitor.get(path, { 'Accept-Language': lang });
    assert.equal(page.status, 200, path);
    return page.text;
  }

  async numbers(token) {
    return [...(await this.page(`/t/${token}`)).matchAll(/\/correct\/(\d+)"/g)].map(([, no]) => no);
  }

  async form(path, lang) {
    const form = readForm(await this.page(path, lang), ({ method }) => method === 'post');
    assert.ok(form, `${path} has a form`);
    return form;
  }

  async send(path, answers, lang) {
    const form = await this.form(path, lang);
    return this.visitor.submit(form.action, Visitor.fill(form.fields, answers));
  }

  states(token) {
    const id = BigInt(`0x${token.slice(0, 16)}`);
    return this.house.query(`SELECT state, fee_state, option_state FROM attendee WHERE registration = ${id} ORDER BY no`);
  }

  async close() {
    this.visitor?.close();
    await this.house?.close();
  }
}

// An answer within the second of a load is asked for once more.
export async function again(act) {
  for (const until = Date.now() + 20_000; ;) {
    const answer = await act();
    if (answer.status !== 409 || Date.now() > until)
      return answer;
  }
}

export const person = { name: 'Ana', meal: 'vegan', access: ['lift-seat', 'quiet-room'], access_text: 'Near the <door>', emergency_name: 'Tía Ana', emergency_phone: '9165550101',
  interpretation: 'mixteco', childcare: '2', first_time: 'yes', question_shirt: ['s', 'l'] };
