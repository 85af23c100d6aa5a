// The registration form as a person has it before them: one method for each thing that people do there. Fields
// are found by their names, so that the language doesn't matter.
import assert from 'node:assert/strict';

export const slug = 'immigrant-day-of-action';
export const formPath = `/e/${slug}/register`;

export class RegistrationForm {
  constructor(page, url, path = formPath) {
    this.page = page;
    this.url = url;
    this.path = path;
  }

  async open(query = '') {
    return this.keep(await this.page.goto(`${this.url}${this.path}${query}`));
  }
  // What the server said, as it said it.
  async keep(answer) {
    this.html = await answer.text();
    return answer.status();
  }
  field(name) {
    return this.page.locator(`[name="${name}"]:not([type="hidden"])`);
  }
  fill(name, text) {
    return this.field(name).fill(text);
  }
  choose(name, value) {
    return this.page.locator(`[name="${name}"][value="${value}"]:not([type="hidden"])`).check();
  }
  async unfold(n) {
    const details = this.person(n).locator('details');
    if (await details.getAttribute('open') === null)
      await details.locator('summary').click();
  }
  person(n) {
    return this.page.locator(`section.person:has([name="person_${n}"])`);
  }
  people() {
    return this.page.locator('section.person').count();
  }
  async press(locator) {
    const [answer] = await Promise.all([this.page.waitForNavigation(), locator.click()]);
    assert.equal(new URL(this.page.url()).search, '', 'nothing that was typed is in the address');
    return this.keep(answer);
  }
  button(name, value) {
    return this.page.locator(`button[name="${name}"][value="${value}"]`);
  }
  add() {
    return this.press(this.button('add', 1));
  }
  send() {
    return this.press(this.page.locator('main form button[type="submit"]:not([name])').last());
  }
  // Goes on by the tabulator alone until something of that name, or that selector, has the focus.
  async tabTo(wanted, most = 120) {
    for (let i = 0; i < most; i++) {
      await this.page.keyboard.press('Tab');
      if (await this.page.evaluate((to) => document.activeElement.name === to || (/[\[.#: ]/.test(to) && document.activeElement.matches(to)), wanted))
        return;
    }
    throw new Error(`the tabulator leads to no ${wanted}`);
  }
  async enter() {
    const [answer] = await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press('Enter')]);
    return this.keep(answer);
  }
  // What the form says now, of every field that has a name.
  values() {
    return this.page.locator('#form').evaluate((form) => [...new FormData(form)].filter(([name]) => name !== 'csrf').map(([name, value]) => `${name}=${value}`).sort());
  }
}
