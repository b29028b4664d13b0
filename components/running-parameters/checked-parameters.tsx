'use client';
/** The parameter panel with its problems worked out; tells the page the first one, because Save waits for it. */
import { useEffect } from 'react';
import type { JobType } from '../../server/contract/job.ts';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { useI18n } from '../i18n/provider.tsx';
import { optionProblems } from './option-problems.ts';
import { ParameterPanel } from './parameter-panel.tsx';

export function CheckedParameters({
  options,
  type,
  onChange,
  onProblem,
}: {
  options: JobOptions;
  type: JobType;
  onChange(part: Partial<JobOptions>): void;
  onProblem(problem: string | null): void;
}) {
  const { t } = useI18n();
  const problems = optionProblems(options, type, t);
  const first = Object.values(problems)[0] ?? null;
  useEffect(() => onProblem(first), [first, onProblem]);
  return <ParameterPanel options={options} type={type} problems={problems} onChange={onChange} />;
}
