import { Fragment, useEffect, useId, useRef, type ReactNode, type Ref } from 'react';

/** A card in the middle of the page; `isFramed`: the frame is the card. */
export function Page({
    children,
    isFramed = false,
    cardRef,
}: {
    children: ReactNode;
    isFramed?: boolean;
    cardRef?: Ref<HTMLElement>;
}) {
    return (
        <div className={isFramed ? 'page page-framed' : 'page'}>
            <main className="card" ref={cardRef}>
                {children}
            </main>
        </div>
    );
}

/** Takes the focus when it appears: a new step starts to be read here. */
export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
    const heading = useRef<HTMLHeadingElement>(null);
    const id = useId();
    useEffect(() => {
        document.title = title;
        heading.current?.focus({ preventScroll: true });
        window.scrollTo({ top: 0 });
    }, [title]);
    return (
        <div className="page-title">
            <h1 tabIndex={-1} ref={heading} {...(children === undefined ? {} : { 'aria-describedby': id })}>
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
