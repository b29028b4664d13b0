'use client';
/** Runtime Configuration: key=value lines. What is typed stays as typed; only text that can be read reaches the options. */
import { useEffect, useState } from 'react';
import { parseRuntimeConfiguration, printRuntimeConfiguration } from '../../server/contract/job-options.ts';
import { useI18n } from '../i18n/provider.tsx';
import { TextArea } from '../ui/field.tsx';

export function RuntimeText({
  value,
  onChange,
}: {
  value: Readonly<Record<string, string>>;
  onChange(value: Record<string, string>): void;
}) {
  const { t } = useI18n();
  const [text, setText] = useState(() => printRuntimeConfiguration(value));
  const parsed = parseRuntimeConfiguration(text);
  useEffect(() => {
    setText((before) => {
      const now = parseRuntimeConfiguration(before);
      return now.ok && JSON.stringify(now.value) === JSON.stringify(value) ? before : printRuntimeConfiguration(value);
    });
  }, [value]);
  return (
    <TextArea
      label={t('options.runtime.label')}
      mono
      rows={14}
      spellCheck={false}
      hint={t('options.runtime.hint')}
      error={parsed.ok ? null : parsed.message}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const next = parseRuntimeConfiguration(event.target.value);
        if (next.ok) onChange(next.value);
      }}
    />
  );
}
