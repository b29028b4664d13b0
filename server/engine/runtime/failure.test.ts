import { expect, test } from 'vitest';
import { DialError } from '../../effects/dialer.ts';
import { StoreError } from '../../storage/contract.ts';
import { FencedError } from '../checkpoint/coordinator.ts';
import { RestoreError } from '../checkpoint/restore-error.ts';
import { ConnectorError } from '../connectors/contract.ts';
import { DataError } from '../functions/contract.ts';
import { StateError } from '../state/contract.ts';
import { classifyFailure } from './failure.ts';
import { DirectoryError } from './locate-folder.ts';

test.each([
  [new DataError('Division by zero.'), 'data', 'user', false],
  [new ConnectorError('Broker gone.', true), 'connector', 'external', true],
  [new ConnectorError('Wrong password.', false), 'connector', 'external', false],
  [new StoreError('unreachable', 'No answer.'), 'store-unreachable', 'external', true],
  [new StoreError('denied', 'Denied.'), 'store-denied', 'external', false],
  [new DialError('timeout', 'Too slow.'), 'dial-timeout', 'external', true],
  [new DialError('refused-by-policy', 'Private.'), 'dial-refused-by-policy', 'external', false],
  [new RestoreError('restore-broken', 'obs://b/s', 'p', 'Cut.'), 'restore-broken', 'external', false],
  [new RestoreError('restore-incompatible', 'obs://b/s', null, 'Other keys.'), 'restore-incompatible', 'user', false],
  [new StateError('corrupt', 'Cut.'), 'restore-broken', 'external', false],
  [new StateError('incompatible', 'Other type.'), 'restore-incompatible', 'user', false],
  [new StateError('budget', 'Too big.'), 'state-budget', 'user', false],
  [new DirectoryError('No address.'), 'directory', 'user', false],
  [new FencedError(), 'fenced', 'internal', false],
  [new TypeError('x is undefined'), 'internal-TypeError', 'internal', true],
])('%s', (error, key, domain, isRetryable) => {
  expect(classifyFailure(error, 'uid')).toMatchObject({
    message: error.message,
    causeKey: /^(restore|fenced|state)/.test(key) ? key : `${key}@uid`,
    domain,
    isRetryable,
    operatorUid: 'uid',
  });
  expect(classifyFailure(error, null)).toMatchObject({ causeKey: key });
});

test('only a defect of the engine shows a stack', () => {
  expect(classifyFailure(new DataError('x'), null).stack).toBeNull();
  expect(classifyFailure(new Error('x'), null).stack).toContain('Error: x');
});
