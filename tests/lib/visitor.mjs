// A visitor without JavaScript: fetches pages, reads forms, sends them.
import http from 'node:http';
import https from 'node:https';

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", '#x27': "'", '#34': '"', '#x3D': '=', '#x2F': '/', '#x60': '`' };
export const unescape = (text) => text.replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole);

const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s>/])`, 'i').exec(tag);
  return found ? unescape(found[1] ?? '') : undefined;
};

// What a browser would send of the form, untouched: pairs of name and value, and where to.
export function readForm(html, pick = () => true) {
  for (const [, head, inner] of html.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/gi)) {
    const fields = [];
    for (const [tag, kind, , rest] of inner.matchAll(/<(input|select|textarea)\b([^>]*)>(?:([^]*?)<\/\1>)?/gi)) {
      // a select's and a textarea's content follows its tag; an input has none
      const opening = tag.slice(0, tag.indexOf('>') + 1);
      const name = attribute(opening, 'name');
      const type = attribute(opening, 'type') ?? 'text';
      if (!name || type === 'submit' || attribute(opening, 'disabled') !== undefined)
        continue;
      if (kind.toLowerCase() === 'textarea') {
        fields.push([name, unescape(rest ?? '')]);
      } else if (kind.toLowerCase() === 'select') {
        const options = [...(rest ?? '').matchAll(/<option\b([^>]*)>/gi)].map(([option]) => option);
        const chosen = options.find((option) => attribute(option, 'selected') !== undefined) ?? options[0];
        if (chosen)
          fields.push([name, attribute(chosen, 'value') ?? '']);
      } else if (!['radio', 'checkbox'].includes(type) || attribute(opening, 'checked') !== undefined) {
        fields.push([name, attribute(opening, 'value') ?? (type === 'checkbox' ? 'on' : '')]);
      }
    }
    const form = { action: attribute(` ${head}>`, 'action'), method: attribute(` ${head}>`, 'method'), fields };
    if (pick(form, inner))
      return form;
  }
  return null;
}

export class Visitor {
  constructor(url, { connections = 64 } = {}) {
    this.url = url;
    // a server's own certificate is not asked about: it is the test's
    this.http = url.startsWith('https:') ? https : http;
    this.agent = new this.http.Agent({ keepAlive: true, maxSockets: connections, rejectUnauthorized: false });
  }

  close() {
    this.agent.destroy();
  }

  // { status, headers, body (Buffer), text }
  request(method, path, { headers = {}, body } = {}) {
    const to = new URL(path, this.url);
    return new Promise((resolve, reject) => {
      const request = this.http.request(to, { method, agent: this.agent, headers: {
        ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }), ...headers,
      } }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const whole = Buffer.concat(parts);
          resolve({ status: response.statusCode, headers: response.headers, body: whole, get text() { return whole.toString(); } });
        });
      });
      request.on('error', reject);
      request.setTimeout(30_000, () => request.destroy(new Error(`no answer to ${method} in 30 s`)));
      request.end(body);
    });
  }

  get(path, headers) {
    return this.request('GET', path, { headers });
  }

  // As a browser sends a form: the same origin, urlencoded.
  submit(path, fields, headers = {}) {
    return this.request('POST', path, {
      headers: { Origin: new URL(this.url).origin, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  json(path, value, token) {
    return this.request('POST', path, {
      headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(value),
    });
  }

  // The registration form's fields as the server made them: submission, csrf and presets.
  async form(slug, headers) {
    const page = await this.get(`/e/${slug}/register`, headers);
    if (page.status !== 200)
      throw new Error(`the form answers ${page.status}`);
    const form = readForm(page.text, ({ fields }) => fields.some(([name]) => name === 'submission'));
    if (!form)
      throw new Error('the page has no registration form');
    return form.fields;
  }

  // Sets fields (a value, or several) in what the form gave.
  static fill(fields, answers) {
    const rest = fields.filter(([name]) => !(name in answers));
    const given = Object.entries(answers).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
    return [...rest, ...given];
  }

  // Registers; the answer of the POST.
  async register(slug, answers) {
    const fields = Visitor.fill(await this.form(slug), answers);
    return this.submit(`/e/${slug}/register`, fields);
  }
}

// The token of a ticket page in an answer's Location.
export const tokenOf = (answer) => /\/t\/([\w-]+)/.exec(answer.headers.location ?? '')?.[1];
export const valueOf = (fields, name) => fields.find(([each]) => each === name)?.[1];
