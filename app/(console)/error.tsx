'use client';
import { ErrorScreen } from '../../components/shell/error-screen.tsx';

export default function ConsoleError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <ErrorScreen text={error.message} onRetry={reset} />;
}
