// The two file formats of test/integration/codecs.test.ts, shared by the JavaScript clients.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const octets = (text) => (text === null ? null : Buffer.from(text, 'base64'));
const text = (data) => (data === null || data === undefined ? null : Buffer.from(data).toString('base64'));

/** Records to send: key, value and header values as buffers. */
export const readRecords = (path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ key, value, headers, timestamp }) => ({
      key: octets(key),
      value: octets(value),
      headers: headers.map(([name, header]) => [name, octets(header)]),
      timestamp,
    }));

/** Prints one record received. */
export const printRecord = ({ topic, offset, timestamp, key, value, headers }) => {
  const present = value !== null && value !== undefined;
  const line = {
    topic,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: text(key),
    bytes: present ? value.length : null,
    sha256: present ? createHash('sha256').update(value).digest('hex') : null,
    headers: headers.map(([name, header]) => [name, text(header)]),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
