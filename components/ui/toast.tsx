'use client';
/** Toasts: at most three, 6 s, longer while hovered; errors stay until closed. Created from anywhere under ToastHost with useToast(). */
import { Toast as Base } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import type { ReactNode } from 'react';

export interface ToastShape {
  title: string;
  text?: string | undefined;
  bad?: boolean;
  action?: { label: string; run(): void };
}

export function ToastHost({ children, closeLabel }: { children: ReactNode; closeLabel: string }) {
  return (
    <Base.Provider limit={3} timeout={6000}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-70 flex w-[360px] max-w-[calc(100vw-32px)] flex-col gap-2">
          <List closeLabel={closeLabel} />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function List({ closeLabel }: { closeLabel: string }) {
  const { toasts } = Base.useToastManager();
  return toasts.map((toast) => (
    <Base.Root key={toast.id} toast={toast} data-toast="" className="pop-in flex items-start gap-2.5 rounded-card bg-raised p-3 shadow-2">
      {toast.type === 'bad' ? (
        <CircleAlert size={16} className="mt-0.5 shrink-0 text-bad-mark" aria-hidden="true" />
      ) : (
        <CircleCheck size={16} className="mt-0.5 shrink-0 text-ok-mark" aria-hidden="true" />
      )}
      <div className="min-w-0 grow wrap-anywhere">
        <Base.Title className="text-ctl font-semibold" />
        <Base.Description className="text-second text-text-2" />
        <Base.Action className="mt-1 text-ctl font-semibold text-accent-text empty:hidden" />
      </div>
      <Base.Close aria-label={closeLabel} className="grid size-6 place-items-center rounded-chip text-text-3 hover:bg-hover">
        <X size={14} aria-hidden="true" />
      </Base.Close>
    </Base.Root>
  ));
}

export function useToast(): (toast: ToastShape) => void {
  const manager = Base.useToastManager();
  return (toast) => {
    const id = manager.add({
      title: toast.title,
      description: toast.text ?? '',
      type: toast.bad ? 'bad' : 'ok',
      priority: toast.bad ? 'high' : 'low',
      ...(toast.bad ? { timeout: 0 } : {}),
      ...(toast.action
        ? {
            actionProps: {
              children: toast.action.label,
              onClick: () => {
                toast.action?.run();
                manager.close(id);
              },
            },
          }
        : {}),
    });
  };
}
