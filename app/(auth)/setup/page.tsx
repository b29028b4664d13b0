import { Suspense } from 'react';
import { SetupForm } from '../../../components/sign-in/setup-form.tsx';

export default function SetupPage() {
  return (
    <Suspense>
      <SetupForm />
    </Suspense>
  );
}
