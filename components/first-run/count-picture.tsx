'use client';
/** Picture of a count that stops and goes on from the same value. */
import { useI18n } from '../i18n/provider.tsx';

export function CountPicture() {
  const { t } = useI18n();
  return (
    <figure>
      <figcaption className="mb-3 text-ctl font-semibold">{t('firstRun.counted')}</figcaption>
      <svg viewBox="0 0 446 180" role="img" aria-label={t('firstRun.picture')} className="w-full overflow-visible">
        <defs>
          <linearGradient id="count-fill" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="var(--s1)" stopOpacity=".38" />
            <stop offset="1" stopColor="var(--s1)" stopOpacity=".04" />
          </linearGradient>
        </defs>
        {[4, 52, 100, 150].map((y) => (
          <path key={y} d={`M0 ${y}H446`} stroke="var(--line-2)" />
        ))}
        <path d="M0 146C60 136 120 106 190 88V150H0z" fill="url(#count-fill)" />
        <path d="M270 88C330 72 390 34 446 22V150H270z" fill="url(#count-fill)" />
        <path d="M0 146C60 136 120 106 190 88M270 88C330 72 390 34 446 22" fill="none" stroke="var(--s1)" strokeWidth="2.2" />
        <path d="M190 88H270" stroke="var(--save-mark)" strokeWidth="1.6" strokeDasharray="5 4" />
        <path d="M184 48h12v26l-6-4.5-6 4.5z" fill="var(--save-mark)" />
        <circle cx="190" cy="88" r="4.2" fill="var(--sunken)" stroke="var(--save-mark)" strokeWidth="2.2" />
        <circle cx="270" cy="88" r="4.2" fill="var(--sunken)" stroke="var(--s1)" strokeWidth="2.2" />
        <text x="190" y="40" textAnchor="middle" fill="var(--save)" fontSize="12.5" fontWeight="600">
          {t('firstRun.stop')}
        </text>
        <text x="270" y="112" textAnchor="middle" fill="var(--accent-text)" fontSize="12.5" fontWeight="600">
          {t('firstRun.startWord')}
        </text>
        <text x="230" y="134" textAnchor="middle" fill="var(--text-3)" fontSize="12">
          {t('firstRun.same')}
        </text>
        <text x="0" y="174" fill="var(--text-3)" fontSize="12">
          {t('firstRun.time')}
        </text>
      </svg>
    </figure>
  );
}
