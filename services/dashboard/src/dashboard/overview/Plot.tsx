import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

export interface Line {
    label: string;
    values: (number | null)[];
    /** A custom property of the theme. */
    color: string;
    isFilled?: boolean;
}

interface Props {
    /** What the plot says, for those who do not see it. */
    label: string;
    hours: number[];
    lines: Line[];
    format: (value: number) => string;
}

const height = 150;

export function Plot({ label, hours, lines, format }: Props) {
    const host = useRef<HTMLDivElement>(null);
    const plot = useRef<UPlot>(undefined);
    const data = [hours, ...lines.map(({ values }) => values)] as UPlot.AlignedData;
    const latest = useRef(data);
    latest.current = data;

    useEffect(() => {
        const box = host.current;
        if (box === null) return undefined;
        const make = () => {
            const style = getComputedStyle(box);
            const color = (name: string) => style.getPropertyValue(name).trim();
            const axis = {
                stroke: color('--muted'),
                grid: { stroke: color('--line'), width: 1 },
                ticks: { show: false },
                font: `11px ${style.fontFamily}`,
            };
            plot.current?.destroy();
            plot.current = new UPlot(
                {
                    width: box.clientWidth,
                    height,
                    padding: [10, 10, 0, 0],
                    legend: { show: true, live: true },
                    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
                    scales: { y: { range: (_, _min, max) => [0, Math.max(1, (max ?? 0) * 1.08)] } },
                    axes: [
                        { ...axis, grid: { show: false } },
                        { ...axis, size: 54, values: (_, ticks) => ticks.map(format) },
                    ],
                    series: [
                        {
                            value: (_, at) =>
                                at === null
                                    ? ''
                                    : new Date(at * 1000).toLocaleString([], {
                                          month: 'short',
                                          day: 'numeric',
                                          hour: '2-digit',
                                      }),
                        },
                        ...lines.map(({ label: name, color: token, isFilled = false }): UPlot.Series => ({
                            label: name,
                            stroke: color(token),
                            width: 1.5,
                            points: { show: hours.length < 3 },
                            spanGaps: true,
                            value: (_, value) => (value === null ? '–' : format(value)),
                            ...(isFilled ? { fill: `color-mix(in srgb, ${color(token)} 14%, transparent)` } : {}),
                        })),
                    ],
                },
                latest.current,
                box,
            );
        };
        make();
        const observer = new ResizeObserver(() => plot.current?.setSize({ width: box.clientWidth, height }));
        observer.observe(box);
        const scheme = matchMedia('(prefers-color-scheme: dark)');
        scheme.addEventListener('change', make);
        return () => {
            observer.disconnect();
            scheme.removeEventListener('change', make);
            plot.current?.destroy();
            plot.current = undefined;
        };
        // The lines of a plot stay the same; only their values change.
    }, []);
    useEffect(() => plot.current?.setData(data), [hours, lines]);
    return <div ref={host} className="plot" role="img" aria-label={label} />;
}
