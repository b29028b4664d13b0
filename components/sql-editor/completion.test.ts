import { describe, expect, it } from 'vitest';
import { proposals, variableProposals } from './completion.ts';

const TABLE = "CREATE TABLE orders (id INT, city STRING) WITH ('connector' = 'kafka', 'topic' = 'o');\n";
const connections = (connector: string | null) => (connector === 'jdbc' ? [] : ['kafka-prod']);
const labels = (text: string) => {
  const offset = text.indexOf('|');
  return proposals(text.replace('|', ''), offset, connections).options.map((option) => option.label);
};

describe('completion', () => {
  it('proposes columns of the tables in scope', () => {
    expect(labels(`${TABLE}SELECT c| FROM orders`)).toEqual(expect.arrayContaining(['city', 'id']));
  });

  it('proposes tables of the script after FROM', () => {
    expect(labels(`${TABLE}SELECT * FROM |`)).toContain('orders');
  });

  it('proposes options of the connector that are not there yet, and their values', () => {
    const keys = labels("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', '|')");
    expect(keys).toContain('scan.startup.mode');
    expect(keys).not.toContain('connector');
    expect(labels("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'scan.startup.mode' = '|')")).toContain('earliest-offset');
    expect(labels("CREATE TABLE t (a INT) WITH ('connector' = '|')")).toContain('datagen');
  });

  it('proposes connections that the connector can use', () => {
    expect(labels("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', '|')")).toContain('connection');
    expect(labels("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'connection' = '|')")).toEqual(['kafka-prod']);
    expect(labels("CREATE TABLE t (a INT) WITH ('connector' = 'jdbc', '|')")).not.toContain('connection');
  });

  it('proposes global variables behind {{, and closes what is open', () => {
    const at = (text: string) => {
      const offset = text.indexOf('|');
      return variableProposals(text.replace('|', ''), offset, () => ({ rate: '20' }));
    };
    expect(at("'topic' = '{{ra|'")).toEqual({ from: 13, options: [{ label: 'rate', detail: '20', type: 'variable', apply: 'rate}}' }] });
    expect(at("'{{|}}'")?.options[0]?.apply).toBe('rate');
    expect(at("'{{|}'")?.options[0]?.apply).toBe('rate}');
    expect(at("'{ra|'")).toBeNull();
  });
});
