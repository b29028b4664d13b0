import { NotFoundScreen } from '../components/shell/error-screen.tsx';

export default function NotFound() {
  return <NotFoundScreen />;
}
