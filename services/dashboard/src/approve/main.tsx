import '@fontsource-variable/inter/wght.css';
import '../parts/theme.css';
import '../parts/parts.css';
import '../link/link.css';
import './approve.css';
import { createRoot } from 'react-dom/client';
import { Approve } from './Approve.tsx';

// The address says which call it is and opens nothing.
const query = new URLSearchParams(location.search);
const which = { environment_id: query.get('environment') ?? '', approval_id: query.get('approval') ?? '' };
const root = document.getElementById('root');
if (root === null) throw new Error('approve.html has no #root');
createRoot(root).render(<Approve which={which} />);
