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
import { watch } from './watcher.ts';

const query = new URLSearchParams(location.search);
const state = query.get('state') ?? '';
const watched = query.get('connection');
// First of all: it takes the token out of the address bar.
const launched = launch();
keepFocusInFrame();
const root = document.getElementById('root');
if (root === null) throw new Error('connect.html has no #root');
const path = location.pathname.replace(/\/+$/, '');
const isDone = path.endsWith('/done');
const page = createRoot(root);
if (isDone) void resultQuery(query).then((result) => page.render(<DonePage query={result} />));
else if (path.endsWith('/start')) page.render(<StartPage state={state} />);
else if (launched.mode === 'iframe' && watched !== null) void watch(launched, watched);
else page.render(<Link launch={launched} />);
