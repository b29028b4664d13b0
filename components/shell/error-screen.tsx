'use client';
/** A page that failed, and a page that is not there: what, and the way on. */
import { useI18n } from '../i18n/provider.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Empty, Notice } from '../ui/surface.tsx';

export function ErrorScreen({ text, onRetry }: { text: string; onRetry(): void }) {
  const { t } = useI18n();
  return (
    <div className="p-(--gutter)">
      <Notice kind="bad" live title={t('error.title')} action={<Button onClick={onRetry}>{t('common.retry')}</Button>}>
        {text}
      </Notice>
    </div>
  );
}

export function NotFoundScreen() {
  const { t } = useI18n();
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty
        action={
          <ButtonLink look="primary" href="/jobs">
            {t('error.back')}
          </ButtonLink>
        }
      >
        <h1 className="text-dialog font-semibold">404</h1>
        {t('error.notFound')}
      </Empty>
    </main>
  );
}
