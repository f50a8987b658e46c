// A list of any length: pages come as they are scrolled to, and only what is near the view is in the document.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Link } from 'wouter';
import { formatCount } from '../format.ts';
import type { List } from '../queries.ts';
import { words } from '../words.ts';
import { Failed } from './States.tsx';

export interface Column<Row> {
    title: string;
    /** A track of a CSS grid; the first column takes what is left if it says none. */
    width?: string;
    isEnd?: boolean;
    /** On a phone: in the second line, or not at all. The first column is the first line, and `side` stands beside it. */
    phone?: 'side' | 'below' | 'none';
    cell: (row: Row) => ReactNode;
}

interface Props<Row> {
    /** What is listed, for screen readers. */
    label: string;
    columns: Column<Row>[];
    list: List<Row>;
    keyOf: (row: Row) => string;
    /** Where a row leads; the whole row is then a link, named by its first cell. */
    hrefOf?: (row: Row) => string;
    empty: ReactNode;
}

const rowHeight = 44;
/** So many rows before the end of what is there, more is asked for. */
const ahead = 30;

export function Table<Row>({ label, columns, list, keyOf, hrefOf, empty }: Props<Row>) {
    const body = useRef<HTMLDivElement>(null);
    const [top, setTop] = useState(0);
    const { rows, hasMore, loadMore } = list;
    useLayoutEffect(() => {
        const place = () => {
            const box = body.current?.getBoundingClientRect();
            if (box !== undefined) setTop(Math.round(box.top + window.scrollY));
        };
        place();
        const observer = new ResizeObserver(place);
        observer.observe(document.body);
        return () => observer.disconnect();
    }, []);
    const virtual = useWindowVirtualizer({
        count: rows.length,
        estimateSize: () => rowHeight,
        overscan: 16,
        scrollMargin: top,
        getItemKey: (index) => keyOf(rows[index] as Row),
    });
    const items = virtual.getVirtualItems();
    const last = items.at(-1)?.index ?? -1;
    useEffect(() => {
        if (hasMore && last >= rows.length - ahead) loadMore();
    }, [hasMore, last, rows.length, loadMore]);

    /** Up and down go from row to row. */
    function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
        const at = document.activeElement?.closest('[data-index]')?.getAttribute('data-index');
        if (step === 0 || at === null || at === undefined) return;
        if (document.activeElement?.classList.contains('row-link') !== true) return;
        event.preventDefault();
        const next = body.current?.querySelector<HTMLElement>(`[data-index="${Number(at) + step}"] .row-link`);
        next?.focus();
        next?.scrollIntoView({ block: 'nearest' });
    }

    if (list.error !== null) return <Failed error={list.error} onRetry={list.retry} />;
    if (!list.isLoading && rows.length === 0) return <>{empty}</>;
    const tracks = columns.map(({ width }, index) => width ?? (index === 0 ? 'minmax(0, 1fr)' : 'auto')).join(' ');
    return (
        <div className="table">
            <div
                role="table"
                aria-label={label}
                aria-rowcount={hasMore ? -1 : rows.length + 1}
                aria-busy={list.isLoading}
                data-state={list.isLoading ? 'loading' : 'rows'}
                style={{ '--tracks': tracks } as React.CSSProperties}
                onKeyDown={onKeyDown}
            >
                <div role="rowgroup" className="table-head">
                    <div role="row" aria-rowindex={1} className="row">
                        {columns.map(({ title, isEnd, phone }) => (
                            <span
                                key={title}
                                role="columnheader"
                                className={isEnd === true ? 'cell cell-end' : 'cell'}
                                data-phone={phone}
                            >
                                {title}
                            </span>
                        ))}
                    </div>
                </div>
                <div
                    role="rowgroup"
                    className="table-body"
                    ref={body}
                    style={{ height: list.isLoading ? rowHeight * 8 : virtual.getTotalSize() }}
                >
                    {list.isLoading
                        ? Array.from({ length: 8 }, (_, index) => <SkeletonRow key={index} columns={columns} />)
                        : items.map(({ index, key, start }) => {
                              const row = rows[index];
                              if (row === undefined) return null;
                              return (
                                  <div
                                      key={key}
                                      role="row"
                                      aria-rowindex={index + 2}
                                      data-index={index}
                                      ref={virtual.measureElement}
                                      className={hrefOf === undefined ? 'row' : 'row row-linked'}
                                      style={{ transform: `translateY(${start - top}px)` }}
                                  >
                                      {columns.map(({ title, cell, isEnd, phone }, column) => (
                                          <span
                                              key={title}
                                              role="cell"
                                              className={isEnd === true ? 'cell cell-end' : 'cell'}
                                              data-phone={phone}
                                          >
                                              {column === 0 && hrefOf !== undefined ? (
                                                  <Link href={hrefOf(row)} className="row-link">
                                                      {cell(row)}
                                                  </Link>
                                              ) : (
                                                  cell(row)
                                              )}
                                          </span>
                                      ))}
                                  </div>
                              );
                          })}
                </div>
            </div>
            {!list.isLoading && (
                <p className="table-foot" role="status">
                    {list.isLoadingMore
                        ? words.states.loadingMore
                        : words.parts.rows(formatCount(rows.length), hasMore)}
                </p>
            )}
        </div>
    );
}

function SkeletonRow<Row>({ columns }: { columns: Column<Row>[] }) {
    return (
        <div role="row" className="row row-skeleton">
            {columns.map(({ title, isEnd, phone }) => (
                <span key={title} role="cell" className={isEnd === true ? 'cell cell-end' : 'cell'} data-phone={phone}>
                    <span className="bar" />
                    <span className="visually-hidden">{words.states.loading}</span>
                </span>
            ))}
        </div>
    );
}
