'use client';
/** Upload of a new package or a new version. The file goes as it is; its SHA-256 goes along, so that a cut upload is refused. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import type { Package, PackageKind } from '../../server/contract/packages.ts';
import { callRaw } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { useToast } from '../ui/toast.tsx';
import { kindOfFile, nameOfFile } from './file-kind.ts';

const KINDS: readonly PackageKind[] = ['jar', 'pyfile', 'file'];
/** Larger files are not read twice: the server's own sum is shown instead. */
const HASHED_MOST = 256 * 1024 * 1024;

async function sha256Of(file: File): Promise<string | undefined> {
  // Only secure pages (https, or this machine) have it.
  if (file.size > HASHED_MOST || !globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Form {
  readonly group: string;
  readonly name: string;
  readonly kind: PackageKind;
  readonly description: string;
}

function useUpload(onDone: () => void) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, form }: { file: File; form: Form }) => {
      const sha256 = await sha256Of(file);
      const query = { ...form, group: form.group.trim(), name: form.name.trim(), ...(sha256 ? { sha256 } : {}) };
      const body = file.slice(0, file.size, 'application/octet-stream');
      return (await (await callRaw('uploadPackage', { query, body })).json()) as Package;
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ['packages'] }),
    onSuccess: (made) => {
      toast({ title: t('pkg.done', { name: made.name, n: made.versions[0]?.number ?? 1 }) });
      onDone();
    },
  });
}

export function UploadDialog({ of, groups, onClose }: { of: Package | null; groups: readonly string[]; onClose(): void }) {
  const { t, f } = useI18n();
  const [file, setFile] = useState<File | null>(null);
  const [form, setForm] = useState<Form>({
    group: of?.group ?? '',
    name: of?.name ?? '',
    kind: of?.kind ?? 'jar',
    description: of?.description ?? '',
  });
  const upload = useUpload(onClose);
  const choose = (chosen: File | null) => {
    setFile(chosen);
    if (chosen && !of) setForm({ ...form, name: nameOfFile(chosen.name), kind: kindOfFile(chosen.name) });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={of ? t('pkg.newVersion') : t('pkg.uploadTitle')}
      {...(of ? { subtitle: of.name } : {})}
      closeLabel={t('common.close')}
      width={560}
      footNote={file ? f.bytes(file.size) : ''}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            look="primary"
            busy={upload.isPending}
            offReason={file === null ? t('pkg.noFile') : form.name.trim() === '' ? t('common.required') : null}
            onClick={() => file && upload.mutate({ file, form })}
          >
            {t('pkg.upload')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {upload.error ? <ErrorNotice error={upload.error} /> : null}
        <ChooseFile file={file} onChoose={choose} />
        {of ? null : <Fields form={form} groups={groups} onForm={setForm} />}
        <TextField
          label={t('pkg.description')}
          maxLength={512}
          value={form.description}
          onChange={(event) => setForm({ ...form, description: event.target.value })}
        />
      </div>
    </Dialog>
  );
}

function ChooseFile({ file, onChoose }: { file: File | null; onChoose(file: File | null): void }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="flex items-center gap-3">
      <input
        ref={input}
        type="file"
        className="sr-only"
        tabIndex={-1}
        aria-label={t('pkg.file')}
        onChange={(event) => onChoose(event.target.files?.[0] ?? null)}
      />
      <Button onClick={() => input.current?.click()}>{t('pkg.choose')}</Button>
      <span className="truncate font-mono text-second text-text-2">{file?.name ?? '--'}</span>
    </div>
  );
}

function Fields({ form, groups, onForm }: { form: Form; groups: readonly string[]; onForm(form: Form): void }) {
  const { t } = useI18n();
  const listId = useId();
  return (
    <>
      <TextField
        label={t('pkg.name')}
        required
        hint={t('pkg.nameHint')}
        maxLength={128}
        value={form.name}
        onChange={(event) => onForm({ ...form, name: event.target.value })}
      />
      <TextField
        label={t('pkg.group')}
        hint={t('pkg.groupHint')}
        maxLength={64}
        list={listId}
        value={form.group}
        onChange={(event) => onForm({ ...form, group: event.target.value })}
      />
      <datalist id={listId}>
        {groups.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <SelectField
        label={t('pkg.kind')}
        value={form.kind}
        onChange={(kind) => onForm({ ...form, kind })}
        options={KINDS.map((one) => ({ value: one, label: t(`pkg.kind.${one}`) }))}
      />
    </>
  );
}
