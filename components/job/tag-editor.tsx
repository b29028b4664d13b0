'use client';
/** Editor of tags: key and value with suggestions from tags in use, at most 20, one value a key. */
import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import type { Tag } from '../../server/contract/primitives.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { CONTROL } from '../ui/field.tsx';

const TAGS_MAX = 20;

export function TagEditor({ tags, onChange }: { tags: readonly Tag[]; onChange(tags: Tag[]): void }) {
  const { t } = useI18n();
  const id = useId();
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const add = () => {
    const name = key.trim();
    if (name === '' || tags.length >= TAGS_MAX) return;
    onChange([...tags.filter((tag) => tag.key !== name), { key: name, value: value.trim() }]);
    setKey('');
    setValue('');
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-hint font-medium text-text-2">{t('create.tags')}</legend>
      {tags.length > 0 ? <TagList tags={tags} onChange={onChange} /> : null}
      <div className="flex items-center gap-2">
        <input
          aria-label={t('create.tagKey')}
          placeholder={t('create.tagKey')}
          list={`${id}-keys`}
          maxLength={128}
          value={key}
          onChange={(event) => setKey(event.target.value)}
          className={CONTROL}
        />
        <span aria-hidden="true" className="text-text-3">
          =
        </span>
        <input
          aria-label={t('create.tagValue')}
          placeholder={t('create.tagValue')}
          list={`${id}-values`}
          maxLength={255}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
          className={CONTROL}
        />
        <Button
          icon={<Plus size={14} aria-hidden="true" />}
          onClick={add}
          offReason={key.trim() === '' ? t('create.tagsLeft', { n: TAGS_MAX - tags.length }) : null}
        >
          {t('create.addTag')}
        </Button>
      </div>
      <div className="text-hint text-text-3">{t('create.tagsLeft', { n: TAGS_MAX - tags.length })}</div>
      <Suggestions id={id} keyText={key} />
    </fieldset>
  );
}

function TagList({ tags, onChange }: { tags: readonly Tag[]; onChange(tags: Tag[]): void }) {
  const { t } = useI18n();
  return (
    <ul className="flex flex-wrap gap-1.5">
      {tags.map((tag) => (
        <li key={tag.key} className="inline-flex h-6 items-center gap-1 rounded-chip bg-off-soft pl-2 font-mono text-hint">
          {tag.key}={tag.value}
          <button
            type="button"
            aria-label={t('create.removeTag', { key: tag.key })}
            onClick={() => onChange(tags.filter((other) => other.key !== tag.key))}
            className="grid size-6 place-items-center rounded-chip text-text-2 hover:text-text-1"
          >
            <X size={12} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Keys and values that are in use. */
function Suggestions({ id, keyText }: { id: string; keyText: string }) {
  const { data } = useQuery(routeQuery('listTagKeys', keys.tagKeys, {}));
  return (
    <>
      <datalist id={`${id}-keys`}>
        {data?.tags.map((one) => (
          <option key={one.key} value={one.key} />
        ))}
      </datalist>
      <datalist id={`${id}-values`}>
        {data?.tags
          .find((one) => one.key === keyText)
          ?.values.map((one) => (
            <option key={one} value={one} />
          ))}
      </datalist>
    </>
  );
}
