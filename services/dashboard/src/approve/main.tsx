import '@fontsource-variable/inter/wght.css';
import '../parts/theme.css';
import '../parts/parts.css';
import '../link/link.css';
import './approve.css';
import { createRoot } from 'react-dom/client';
import { Approve } from './Approve.tsx';

// The secret is behind the #, so that no server and no log has seen it; it leaves the address bar at once.
const secret = location.hash.slice(1);
history.replaceState(undefined, '', location.pathname);
const root = document.getElementById('root');
if (root === null) throw new Error('approve.html has no #root');
createRoot(root).render(<Approve secret={secret} />);
