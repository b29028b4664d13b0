'use client';
/** What every page needs around it: words, cache, tooltips, toasts. */
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { makeQueryClient } from '../client/queries.ts';
import { I18nProvider, type I18nStart, useI18n } from '../i18n/provider.tsx';
import { ToastHost } from '../ui/toast.tsx';
import { TooltipProvider } from '../ui/tooltip.tsx';

export function RootProviders({ start, children }: { start: I18nStart; children: ReactNode }) {
  const [client] = useState(makeQueryClient);
  return (
    <I18nProvider start={start}>
      <QueryClientProvider client={client}>
        <TooltipProvider delay={250}>
          <Toasts>{children}</Toasts>
        </TooltipProvider>
      </QueryClientProvider>
    </I18nProvider>
  );
}

function Toasts({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  return <ToastHost closeLabel={t('common.close')}>{children}</ToastHost>;
}
