import type { ReactNode } from 'react';

function icon(paths: ReactNode, size = 20) {
    return function Icon() {
        return (
            <svg
                width={size}
                height={size}
                viewBox="0 0 20 20"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.6"
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

export const ArrowLeft = icon(<path d="M16 10H4m0 0 5-5m-5 5 5 5" />);
export const ChevronRight = icon(<path d="m8 5 5 5-5 5" />);
export const Close = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const Check = icon(<path d="m4.5 10.5 3.6 3.6 7.4-8" />);
export const Eye = icon(
    <>
        <path d="M2 10s2.9-5.2 8-5.2S18 10 18 10s-2.9 5.2-8 5.2S2 10 2 10Z" />
        <circle cx="10" cy="10" r="2.4" />
    </>,
);
export const EyeOff = icon(
    <>
        <path d="M8.2 5c.6-.1 1.2-.2 1.8-.2 5.1 0 8 5.2 8 5.2s-.8 1.4-2.3 2.8M12.9 14.6c-.9.4-1.8.6-2.9.6-5.1 0-8-5.2-8-5.2s1.2-2.2 3.4-3.7" />
        <path d="m3.5 3.5 13 13" />
    </>,
);
export const External = icon(
    <path d="M8 5H5.5A1.5 1.5 0 0 0 4 6.5v8A1.5 1.5 0 0 0 5.5 16h8a1.5 1.5 0 0 0 1.5-1.5V12m-4-8h5v5m-.3-4.7L9.5 10.5" />,
);
export const Lock = icon(
    <>
        <rect x="4" y="9" width="12" height="8" rx="2" />
        <path d="M6.8 9V6.7a3.2 3.2 0 0 1 6.4 0V9" />
    </>,
    16,
);
export const Search = icon(
    <>
        <circle cx="9" cy="9" r="5" />
        <path d="m13 13 3.5 3.5" />
    </>,
);
export const Key = icon(
    <>
        <circle cx="7" cy="12.5" r="3.5" />
        <path d="m9.6 10 6.4-6.4M13.5 6.1l2 2" />
    </>,
);
export const Person = icon(
    <>
        <circle cx="10" cy="7" r="3.2" />
        <path d="M3.8 16.5c.7-3 3.2-4.5 6.2-4.5s5.5 1.5 6.2 4.5" />
    </>,
);
export const Warning = icon(
    <>
        <path d="M10 3.2 17.5 16.5h-15L10 3.2Z" />
        <path d="M10 8.2v3.6M10 14.2v.01" />
    </>,
);
export const Info = icon(
    <>
        <circle cx="10" cy="10" r="7.3" />
        <path d="M10 9.2v4.3M10 6.5v.01" />
    </>,
);
export const ArrowRight = icon(<path d="M4 10h12m-4.5-4.5L16 10l-4.5 4.5" />, 16);
export const Plus = icon(<path d="M10 4.5v11M4.5 10h11" />);
export const Minus = icon(<path d="M4.5 10h11" />);
export const Trash = icon(
    <path d="M3.5 5.5h13M8 5.5V3.8c0-.4.4-.8.8-.8h2.4c.4 0 .8.4.8.8v1.7m3 0-.7 10c0 .8-.7 1.5-1.5 1.5H7.2c-.8 0-1.5-.7-1.5-1.5L5 5.500M8.3 9v4.500m3.4-4.500v4.5" />,
);
export const Mail = icon(
    <>
        <rect x="2.5" y="4.5" width="15" height="11" rx="2" />
        <path d="m3 6 7 5 7-5" />
    </>,
);
export const Note = icon(<path d="M4 3.500h12v8.500l-4.5 4.500H4v-13ZM16 12h-4.500v4.500M7 7.500h6M7 10.500h3" />);
export const Pencil = icon(
    <path d="m4 16 .8-3.5 8.7-8.700a1.6 1.6 0 0 1 2.3 0l.4.4a1.6 1.6 0 0 1 0 2.300l-8.7 8.700L4 16ZM12 5.300l2.7 2.7" />,
);
export const Windows = icon(
    <>
        <rect x="2.5" y="3.5" width="11" height="9" rx="1.8" />
        <path d="M16.2 7.5c.8.2 1.3.9 1.3 1.7v5.5a1.8 1.8 0 0 1-1.8 1.8H9.2c-.8 0-1.5-.5-1.7-1.3" />
    </>,
    28,
);
export const LinkOff = icon(
    <>
        <path d="M8.5 11.5a3 3 0 0 0 4.2 0l2.6-2.6a3 3 0 0 0-4.2-4.2l-.8.8M11.5 8.5a3 3 0 0 0-4.2 0l-2.6 2.6a3 3 0 0 0 4.2 4.2l.8-.8" />
        <path d="m3 3 2 2m10 10 2 2" />
    </>,
    28,
);
export const CrossLarge = icon(<path d="m5.5 5.5 9 9m0-9-9 9" />, 30);
export const KeyLarge = icon(
    <>
        <circle cx="7" cy="12.5" r="3.5" />
        <path d="m9.6 10 6.4-6.4M13.5 6.1l2 2" />
    </>,
    28,
);
export const MailLarge = icon(
    <>
        <rect x="2.5" y="4.5" width="15" height="11" rx="2" />
        <path d="m3 6 7 5 7-5" />
    </>,
    28,
);
export const PersonLarge = icon(
    <>
        <circle cx="10" cy="7" r="3.2" />
        <path d="M3.8 16.5c.7-3 3.2-4.5 6.2-4.5s5.5 1.5 6.2 4.5" />
    </>,
    28,
);
export const CheckLarge = icon(<path className="check-path" d="m4.5 10.5 3.6 3.6 7.4-8" />, 34);
export const WarningLarge = icon(<path d="M10 5.5v5.5M10 14v.01" />, 34);
