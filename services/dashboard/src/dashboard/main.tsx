import '@fontsource-variable/inter/wght.css';
import '../parts/theme.css';
import '../parts/parts.css';
import './dashboard.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { App } from './App.tsx';
import { queryClient } from './queries.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('dashboard.html has no #root');
createRoot(root).render(
    <QueryClientProvider client={queryClient}>
        <Router base="/dashboard">
            <App />
        </Router>
    </QueryClientProvider>,
);
