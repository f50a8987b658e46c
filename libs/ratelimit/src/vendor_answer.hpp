#pragma once

#include "ratelimit/normalise.hpp"
#include "values.hpp"

#include <vector>

namespace sluice::ratelimit {

/// A value in an answer: the text of a header or a JSON string, or a JSON number.
struct Value {
    std::string_view text;
    std::optional<Decimal> number;
};

/// A count: the number itself, or the first number in the text.
[[nodiscard]] std::optional<Decimal> count_in(Value const& value);

/// Finds values in one answer. The vendor's clock and the body are read on first use, since that costs time. The answer
/// must outlive the reader. Belongs to one thread.
class AnswerReader {
public:
    AnswerReader(Answer const& answer, Timestamp now);

    [[nodiscard]] int status() const { return answer_.status; }

    /// The trimmed value of the last header of that name; `name` in lower case. Values above 1 KiB are ignored.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    /// As `header`, for a list: the value of every line.
    [[nodiscard]] std::vector<std::string_view> lines(std::string_view name) const;

    /// Its text lives until the value at another place is asked for.
    [[nodiscard]] std::optional<Value> value(Source const& source);
    [[nodiscard]] std::optional<Decimal> count(Source const& source);
    /// The time from now until the moment that the source names; negative if it is past. Nothing above `kMaxWait`.
    [[nodiscard]] std::optional<Wait> wait(TimeSource const& source);
    /// As `wait`, for a well-known header, whose unit is guessed.
    [[nodiscard]] std::optional<Wait> wait_in_header(std::string_view name);

    /// The name of the first header that was there and could not be read; empty if there is none. The text belongs to
    /// whoever asked for the header.
    [[nodiscard]] std::string_view unread() const { return unread_; }
    /// A header's value is not what it should be. A header without a value counts as absent.
    void note_unread(std::string_view name);

private:
    [[nodiscard]] json::value const* json_in(std::string_view header);
    [[nodiscard]] std::optional<Wait> wait_of(Value const& value, Unit unit, std::string_view name);
    [[nodiscard]] std::optional<Wait> number_to_wait(std::optional<Decimal> number, Unit unit);
    [[nodiscard]] std::optional<Wait> guess(Value const& value, std::string_view name);
    [[nodiscard]] std::optional<Wait> until(std::optional<Instant> moment);
    [[nodiscard]] Instant vendor_now();
    [[nodiscard]] json::value const* body();

    Answer const& answer_;
    Instant now_;
    std::optional<Instant> vendor_now_;
    std::optional<json::value> body_;
    bool body_read_ = false;
    std::string_view json_header_;    ///< The header that was read as JSON last, …
    std::optional<json::value> json_; ///< … and its value, unless it is no JSON.
    std::string_view unread_;
};

} // namespace sluice::ratelimit
