// What html-validate finds in a page.
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate';

const validator = new HtmlValidate(new FileSystemConfigLoader({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }],
    'void-style': ['error', { style: 'omit' }],
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'submit'] }], // several choices of one question
    'require-sri': ['error', { target: 'crossorigin' }], // our own files have their hash in the address
    'prefer-native-element': ['error', { exclude: ['button'] }], // a link that looks like a button leads to a page
    'no-trailing-whitespace': 'off', // templates leave blank lines where a section is empty
    'long-title': 'off',
  },
}));

export async function faultsOf(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap(({ messages }) => messages.map(({ line, ruleId, message }) => `line ${line}: ${ruleId}: ${message}`));
}
