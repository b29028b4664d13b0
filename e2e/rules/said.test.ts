import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recognise, saidOfField } from '../../server/contract/recognise.ts';
import { LOWER } from '../../server/contract/said/lower.ts';
import { SQL } from '../../server/contract/said/sql.ts';
import { SQL_RARE } from '../../server/contract/said/sql-rare.ts';
import { inEnglish, say } from '../../server/contract/said.ts';

const root = join(import.meta.dirname, '..', '..', 'server');

function sources(...rooms: string[]): { path: string; text: string }[] {
  return rooms
    .flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((path) => join(room, path)))
    .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|fixture|harness|fake-engine|sample-templates|recipes?\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

describe('sentences by code', () => {
  it('have the English of their templates, with one full stop whoever gives it', () => {
    expect(inEnglish(say('said.no.connectionUsed', { n: 2, name: 'k', list: 'a, b' }))).toBe('2 jobs use k: a, b. Change them first.');
    expect(inEnglish(say('said.run.failed', { run: 1234, reason: 'exit code 3' }))).toBe('Run 1234 failed: exit code 3.');
    expect(inEnglish(say('said.run.checkpointFailed', { checkpoint: 7, reason: 'No room.' }))).toBe('Checkpoint 7 failed: No room.');
    expect(inEnglish([say('said.text', { text: '/ by zero' }), say('said.run.wouldFailAgain')])).toMatch(/^\/ by zero\. It would/);
    expect(inEnglish(say('said.alarm.noCheckpoint', { ageSpan: 846_000, limitSpan: 600_000 }))).toBe(
      'no checkpoint for 14 min 6 s > 10 min',
    );
  });

  it('are found again by their words, sentences inside of sentences too', () => {
    const lost = recognise("Table 'orders' lacks the option 'connector'; there are kafka, jdbc. Did you mean 'kafka'?");
    expect(lost).toMatchObject({ code: 'said.sql.nearName', values: { near: 'kafka', text: { code: 'said.sql.noConnectorOption' } } });
    expect(recognise('File a.csv, line 3: whatever')).toEqual(say('said.lower.file.line', { path: 'a.csv', line: '3', why: 'whatever' }));
    expect(recognise('nobody wrote this down')).toEqual(say('said.text', { text: 'nobody wrote this down' }));
    expect(saidOfField('Write a path as obs://<bucket>/<folder>.').code).toBe('said.field.path');
    for (const [code, template] of Object.entries({ ...LOWER, ...SQL, ...SQL_RARE })) {
      if (code === 'said.sql.nearName') continue;
      const text = template.replace(/\{(\w+)\}/g, (_, name: string) => `<${name}>`);
      expect(recognise(text).code, `${code}: ${text}`).not.toBe('said.text');
    }
  });

  it('of the rooms below are stated there in these words', () => {
    const all = sources('engine', 'engines', 'storage', 'effects', 'snapshots/flink', 'packages')
      .map((file) => file.text)
      .join('\n');
    const gone = Object.entries({ ...LOWER, ...SQL, ...SQL_RARE }).filter(([code, template]) => {
      const words = template.split(/\{\w+\}|[`']/).flatMap((part) => part.split(/(?<=[.;:,]) /));
      const longest = words.sort((a, b) => b.length - a.length)[0] as string;
      // These are put together from more than one text.
      if (code === 'said.lower.kafka.deleted' || code === 'said.sql.unexpectedEnd') return false;
      return !all.toLowerCase().includes(longest.toLowerCase().replace(/[.]$/, ''));
    });
    expect(gone.map(([code]) => code)).toEqual([]);
  });

  /** Sentences for operators and tools, not for the console's users; and texts that a schema or a recipe holds. */
  const OTHER = /throw new (?!Refusal)|new Error\(|\.log\(|log\(|route\(|help:|description:|Usage|openapi|prometheus/;

  /**
   * They speak to whoever starts the console, on its terminal; no page can show what they say. Nor can one show the texts of the DLI-compatible API
   * (server/dli, not among the rooms): they go to the clients of that API, whose scripts know them in DLI's English.
   */
  const TO_OPERATORS = /^(services\/prepare-console|supervisor\/main)\.ts$/;

  it('are the only ones that the rooms of the console state', () => {
    const rooms = ['services', 'supervisor', 'snapshots', 'auth', 'connections', 'alerts', 'guide', 'audit'];
    const bare = sources(...rooms).flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        if (/^\s*(\/\/|\*|\/\*)/.test(line) || OTHER.test(line) || TO_OPERATORS.test(path)) return [];
        const found = /(?<!say\()(['`])[A-Z][a-z]*,? [^'`]*[a-z)}]\.\1/.exec(line);
        if (!found) return [];
        const isKnown = recognise(found[0].slice(1, -1).replace(/\$\{[^}]*\}/g, '<v>')).code !== 'said.text';
        return isKnown ? [] : [`${path}:${index + 1} ${found[0]}`];
      }),
    );
    expect(bare).toEqual([]);
  });
});
