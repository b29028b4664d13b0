'use client';
/** The list of shortcuts, and the switch that turns single keys off. */
import type { PlainKey } from '../i18n/dictionary.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/surface.tsx';
import { Switch } from '../ui/toggle.tsx';
import { useShortcutSettings } from './shortcuts.tsx';

type KeyLabel = Extract<PlainKey, `keys.${string}`>;
const ROWS: readonly { keys: readonly string[]; label: KeyLabel }[] = [
  { keys: ['⌘ K'], label: 'keys.palette' },
  { keys: ['?'], label: 'keys.help' },
  { keys: ['/'], label: 'keys.search' },
  { keys: ['G J'], label: 'keys.jobs' },
  { keys: ['G S'], label: 'keys.snapshots' },
  { keys: ['G T'], label: 'keys.templates' },
  { keys: ['G A'], label: 'keys.alarms' },
  { keys: ['C'], label: 'keys.create' },
  { keys: ['['], label: 'keys.fold' },
  { keys: ['J', 'K'], label: 'keys.row' },
  { keys: ['X'], label: 'keys.select' },
  { keys: ['Enter'], label: 'keys.openRow' },
  { keys: ['E', 'S'], label: 'keys.editStart' },
  { keys: ['⇧ S', '⇧ P'], label: 'keys.stopSave' },
  { keys: ['.'], label: 'keys.rowMenu' },
  { keys: ['⌘ S', '⌘ Enter'], label: 'keys.saveStart' },
  { keys: ['⌘ .'], label: 'keys.fix' },
  { keys: ['1', '…', '9'], label: 'keys.tabs' },
  { keys: ['Esc'], label: 'keys.escape' },
];

export function HelpDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useI18n();
  const settings = useShortcutSettings();
  return (
    <Dialog open={open} onClose={onClose} title={t('keys.title')} closeLabel={t('common.close')} width={640}>
      <dl className="grid grid-cols-2 gap-x-8 gap-y-2 text-ctl max-md:grid-cols-1">
        {ROWS.map((row) => (
          <div key={row.label} className="flex items-center gap-3">
            <dd className="flex w-28 shrink-0 gap-1">
              {row.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
            <dt>{t(row.label)}</dt>
          </div>
        ))}
      </dl>
      <div className="mt-5 border-t border-line-1 pt-4">
        <Switch checked={settings.enabled} onChange={settings.setEnabled} label={t('keys.enabled')} note={t('keys.note')} />
      </div>
    </Dialog>
  );
}
