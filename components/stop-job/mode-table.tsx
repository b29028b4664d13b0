'use client';
/** The three ways of stopping, priced: lost, read again, doubled, time. */
import { RadioGroup } from '@base-ui/react/radio-group';
import type { StopMode, StopPreview } from '../../server/contract/stop.ts';
import { useI18n } from '../i18n/provider.tsx';
import { FigureValue } from '../job/figures.tsx';
import { cx } from '../ui/class-names.ts';
import { Tag } from '../ui/surface.tsx';
import { RadioRing } from '../ui/toggle.tsx';

const GRID = 'grid grid-cols-[1fr_64px_104px_104px_70px] items-center gap-x-2 px-4 max-md:grid-cols-[1fr_44px_72px_72px]';

export function ModeTable({ preview, mode, onMode }: { preview: StopPreview; mode: StopMode; onMode(mode: StopMode): void }) {
  const { t } = useI18n();
  return (
    <RadioGroup
      value={mode}
      onValueChange={(value) => onMode(value as StopMode)}
      aria-label={t('stop.how')}
      className="overflow-hidden rounded-card border border-line-2"
    >
      <div className={cx(GRID, 'h-[34px] bg-sunken text-ctl font-medium text-text-2')}>
        <span>{t('stop.how')}</span>
        <span className="text-right">{t('loss.lost')}</span>
        <span className="text-right">{t('loss.readAgain')}</span>
        <span className="text-right">{t('loss.doubled')}</span>
        <span className="text-right max-md:hidden">{t('stop.takes')}</span>
      </div>
      {preview.modes.map((one) => (
        <ModeRow key={one.mode} row={one} isDefault={preview.defaultMode === one.mode} chosen={mode === one.mode} onMode={onMode} />
      ))}
    </RadioGroup>
  );
}

function ModeRow({
  row,
  isDefault,
  chosen,
  onMode,
}: {
  row: StopPreview['modes'][number];
  isDefault: boolean;
  chosen: boolean;
  onMode(mode: StopMode): void;
}) {
  const { t, f } = useI18n();
  const off = !row.isAllowed;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the radio takes the keys; the row is a larger target for the mouse.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the control inside takes the keys
    <div
      onClick={() => !off && onMode(row.mode)}
      className={cx(
        GRID,
        'min-h-14 border-t border-line-1 py-2',
        chosen && 'bg-selected shadow-[inset_3px_0_0_var(--accent)]',
        !off && 'cursor-pointer',
      )}
    >
      <span className="flex min-w-0 items-start gap-2.5">
        <span className="pt-px">
          <RadioRing value={row.mode} label={t(`stop.mode.${row.mode}`)} disabled={off} />
        </span>
        <span className="min-w-0">
          <span className={cx('flex items-center gap-2 text-ctl font-semibold', off && 'text-text-3')}>
            {t(`stop.mode.${row.mode}`)} {isDefault ? <Tag hue="accent">{t('stop.default')}</Tag> : null}
          </span>
          <span className="block text-second text-text-3">{row.isAllowed ? t(`stop.note.${row.mode}`) : t('stop.nothingToSave')}</span>
        </span>
      </span>
      {off ? (
        <span className="col-span-4 text-right text-text-3">--</span>
      ) : (
        <>
          <FigureValue kind="lost" figure={row.lost} className="text-right text-[15px] font-semibold" />
          <FigureValue kind="readAgain" figure={row.readAgain} compared className="text-right text-[15px] font-semibold" />
          <FigureValue kind="doubled" figure={row.doubled} className="text-right text-[15px] font-semibold" />
          <span className="num text-right text-second text-text-2 max-md:hidden">
            {row.tookMs === null ? '--' : f.spanWords(row.tookMs)}
          </span>
        </>
      )}
    </div>
  );
}
