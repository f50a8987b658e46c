import '@fontsource-variable/inter/wght.css';
import '../parts/theme.css';
import '../parts/parts.css';
import '../link/link.css';
import './sign-in.css';
import { createRoot } from 'react-dom/client';
import { arrive } from './arrival.ts';
import { People } from './People.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('sign-in.html has no #root');
const page = createRoot(root);
let count = 0;

function show() {
    page.render(<People key={++count} arrival={arrive()} />);
}
show();
// Another link to the same page, opened in the same window, loads nothing.
addEventListener('hashchange', () => {
    if (location.hash !== '') show();
});
