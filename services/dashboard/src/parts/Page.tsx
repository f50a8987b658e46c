import { Fragment, useEffect, useId, useRef, type ReactNode, type Ref } from 'react';

/** A card in the middle of the page; `isFramed`: the frame is the card; `isWide`: there is more to read than to fill in. */
export function Page({
    children,
    isFramed = false,
    isWide = false,
    cardRef,
}: {
    children: ReactNode;
    isFramed?: boolean;
    isWide?: boolean;
    cardRef?: Ref<HTMLElement>;
}) {
    return (
        <div className={isFramed ? 'page page-framed' : 'page'}>
            <main className={isWide ? 'card card-wide' : 'card'} ref={cardRef}>
                {children}
            </main>
        </div>
    );
}

/**
 * Takes the focus when it appears: a new step starts to be read here, unless the page then gives it to a field of a form
 * that `titleId` names. `above`: words that the title goes on from.
 */
export function PageTitle({
    title,
    titleId,
    above,
    children,
}: {
    title: string;
    titleId?: string;
    above?: ReactNode;
    children?: ReactNode;
}) {
    const heading = useRef<HTMLHeadingElement>(null);
    const id = useId();
    useEffect(() => {
        document.title = title;
        heading.current?.focus({ preventScroll: true });
        window.scrollTo({ top: 0 });
    }, [title]);
    return (
        <div className="page-title">
            {above !== undefined && (
                <p className="page-above" id={`${id}-above`}>
                    {above}
                </p>
            )}
            <h1
                id={titleId}
                tabIndex={-1}
                ref={heading}
                {...(children === undefined
                    ? {}
                    : { 'aria-describedby': above === undefined ? id : `${id}-above ${id}` })}
            >
                {title}
            </h1>
            {children !== undefined && (
                <p className="page-lead" id={id}>
                    {typeof children === 'string' ? <Sentences text={children} /> : children}
                </p>
            )}
        </div>
    );
}

/** Lines break between sentences first. */
function Sentences({ text }: { text: string }) {
    return text.split(/(?<=[.!?…]) /).map((sentence, index) => (
        <Fragment key={index}>
            {index > 0 && ' '}
            <span className="sentence">{sentence}</span>
        </Fragment>
    ));
}
