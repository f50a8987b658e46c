import type { ReactNode } from 'react';

function icon(paths: ReactNode) {
    return function Icon() {
        return (
            <svg
                width="16"
                height="16"
                viewBox="0 0 16 16"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.4"
                strokeLinecap="round"
                strokeLinejoin="round"
                aria-hidden="true"
                focusable="false"
            >
                {paths}
            </svg>
        );
    };
}

export const CopyIcon = icon(
    <>
        <rect x="5.5" y="5.5" width="8" height="8" rx="1.6" />
        <path d="M10.500 3.500v-.4c0-.6-.5-1.100-1.100-1.100H3.600c-.6 0-1.100.5-1.100 1.100v5.800c0 .6.5 1.100 1.100 1.100H4" />
    </>,
);
export const OverviewIcon = icon(<path d="M2.500 13.500v-6m3.700 6v-11m3.700 11v-8m3.600 8v-4" />);
export const AccountsIcon = icon(
    <>
        <circle cx="6" cy="5.500" r="2.500" />
        <path d="M1.800 13.300c.4-2.400 2-3.700 4.200-3.700s3.800 1.300 4.200 3.700M10.500 3.200a2.400 2.400 0 0 1 0 4.600M12 9.900c1.200.5 2 1.600 2.200 3.400" />
    </>,
);
export const ServersIcon = icon(
    <>
        <rect x="2" y="2.800" width="12" height="4.200" rx="1.200" />
        <rect x="2" y="9" width="12" height="4.200" rx="1.200" />
        <path d="M4.600 4.900v.01M4.600 11.100v.01" />
    </>,
);
export const ApprovalsIcon = icon(
    <>
        <circle cx="8" cy="8" r="5.800" />
        <path d="m5.500 8.200 1.800 1.800 3.300-3.800" />
    </>,
);
export const LogsIcon = icon(<path d="M5.500 3.800h8M5.500 8h8m-8 4.200h8M2.500 3.800v.01M2.500 8v.01m0 4.190v.01" />);
export const PlaygroundIcon = icon(<path d="M4.500 2.800v10.400L13 8 4.500 2.800Z" />);
export const IntegrationsIcon = icon(
    <>
        <rect x="2.200" y="2.200" width="4.800" height="4.800" rx="1.200" />
        <rect x="9" y="2.200" width="4.800" height="4.800" rx="1.200" />
        <rect x="2.200" y="9" width="4.800" height="4.800" rx="1.200" />
        <path d="M11.400 9.200v4.400m2.200-2.200H9.200" />
    </>,
);
export const WebhooksIcon = icon(<path d="M8.600 1.800 3 9h4.200l-.6 5.200L12.800 7H8.400l.2-5.200Z" />);
export const BellIcon = icon(
    <path d="M3 11.500c1-1 1.300-2.200 1.300-4.300a3.700 3.700 0 0 1 7.400 0c0 2.100.3 3.300 1.300 4.300H3Zm3.600 0c0 1 .6 1.700 1.400 1.700s1.400-.7 1.400-1.700" />,
);
export const KeyIcon = icon(
    <>
        <circle cx="5.200" cy="10.600" r="2.900" />
        <path d="m7.300 8.500 5.700-5.700m-2 2 1.800 1.800" />
    </>,
);
export const SettingsIcon = icon(
    <>
        <path d="M2 4.500h6.500m3.500 0h2M2 11.500h2m3.500 0H14" />
        <circle cx="10.200" cy="4.500" r="1.700" />
        <circle cx="5.800" cy="11.500" r="1.700" />
    </>,
);
export const EnvironmentsIcon = icon(
    <path d="m8 2 6 3.200-6 3.200-6-3.200L8 2Zm-6 6.200 6 3.200 6-3.200M2 11l6 3.200L14 11" />,
);
export const MembersIcon = icon(
    <>
        <circle cx="8" cy="5.200" r="2.700" />
        <path d="M2.800 13.800c.6-2.700 2.600-4 5.200-4s4.600 1.300 5.200 4" />
    </>,
);
export const ProvidersIcon = icon(
    <path d="M8 1.800 13 3.600v4c0 3.100-2 5.500-5 6.600-3-1.100-5-3.500-5-6.600v-4l5-1.800Zm-2.200 6 1.600 1.600 2.900-3.200" />,
);
export const AuditIcon = icon(<path d="M4 2h6l2.500 2.600V14H4V2Zm2 5h4.500M6 9.500h4.500" />);
export const SearchIcon = icon(
    <>
        <circle cx="7" cy="7" r="4.200" />
        <path d="m10.200 10.200 3.300 3.300" />
    </>,
);
export const MenuIcon = icon(<path d="M2 4.500h12M2 8h12M2 11.500h12" />);
export const CloseIcon = icon(<path d="m4 4 8 8m0-8-8 8" />);
export const PlusIcon = icon(<path d="M8 3v10M3 8h10" />);
export const ChevronIcon = icon(<path d="m6 4 4 4-4 4" />);
export const MoreIcon = icon(<path d="M3.500 8v.01M8 8v.01M12.500 8v.01" />);
export const ExternalIcon = icon(<path d="M6.500 3.500h-3v9h9v-3M9 3h4v4m-.3-3.700L7.500 8.500" />);
export const RefreshIcon = icon(<path d="M13.200 8a5.200 5.200 0 1 1-1.600-3.700l1.600 1.500m0-3v3h-3" />);
export const SignOutIcon = icon(<path d="M6.500 2.500h-4v11h4M6.500 8h7m-2.600-2.700L13.600 8l-2.700 2.700" />);
