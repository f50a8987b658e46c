import '@fontsource-variable/inter/wght.css';
import '../parts/theme.css';
import '../parts/parts.css';
import './link.css';
import { createRoot } from 'react-dom/client';
import { keepFocusInFrame } from '../parts/focus.ts';
import { launch } from './launch.ts';
import { DonePage } from './DonePage.tsx';
import { Link } from './Link.tsx';
import { resultQuery } from './result.ts';
import { StartPage } from './StartPage.tsx';

const state = new URLSearchParams(location.search).get('state') ?? '';
// First of all: it takes the token out of the address bar.
const launched = launch();
keepFocusInFrame();
const root = document.getElementById('root');
if (root === null) throw new Error('connect.html has no #root');
const path = location.pathname.replace(/\/+$/, '');
const isDone = path.endsWith('/done');
const page = createRoot(root);
if (isDone)
    void resultQuery(new URLSearchParams(location.search)).then((query) => page.render(<DonePage query={query} />));
else if (path.endsWith('/start')) page.render(<StartPage state={state} />);
else page.render(<Link launch={launched} />);
