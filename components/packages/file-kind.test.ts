import { describe, expect, it } from 'vitest';
import { packageNameSchema } from '../../server/contract/packages.ts';
import { kindOfFile, nameOfFile } from './file-kind.ts';

describe('a chosen file', () => {
  it('is told by its ending', () => {
    expect(['a.JAR', 'b.py', 'c.whl', 'd.csv'].map(kindOfFile)).toEqual(['jar', 'pyfile', 'pyfile', 'file']);
  });

  it('gets a name that the server takes', () => {
    for (const name of ['udf 1.0 (copy).jar', '.hidden.jar', '作业.jar-x', `${'a'.repeat(200)}.jar`]) {
      expect(packageNameSchema.safeParse(nameOfFile(name)).success, name).toBe(true);
    }
    expect(nameOfFile('udf 1.0 (copy).jar')).toBe('udf-1.0-copy-.jar');
  });
});
