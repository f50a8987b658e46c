#pragma once

#include "http_api/headers.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// The codings that can be decoded, in the form of `accept-encoding`.
inline constexpr std::string_view kAcceptedCodings = "gzip, deflate, br";

/// Decodes a body (RFC 9110 section 8.4), one piece at a time, so that other tasks of the thread run in between. One
/// object for each body; belongs to one thread.
class ContentDecoder {
public:
    /// `limit` is the most bytes of the result, and of each result between several codings.
    ContentDecoder(Headers const& headers, std::string body, std::size_t limit);
    ~ContentDecoder();

    /// Decodes one more piece. False when nothing is left to do: the body is complete, or there is a fault.
    [[nodiscard]] bool step();
    /// The fault of the body, as the end of a sentence about it; empty if there is none.
    [[nodiscard]] std::string const& fault() const noexcept { return fault_; }
    enum class Cause { none, unknown_coding, too_large, broken };
    [[nodiscard]] Cause cause() const noexcept { return cause_; }
    /// The bytes in memory: the result of the last coding, and the part of the present one that is decoded.
    [[nodiscard]] std::size_t size() const noexcept { return decoded_ + output_.size(); }
    [[nodiscard]] std::string take() { return std::move(body_); }

    /// Decodes one coding.
    class Stage {
    public:
        enum class Outcome { more, done, cut, broken };
        virtual ~Stage() = default;
        /// Decodes `input` to the end of `output`, about `room` bytes at most, and removes the used bytes from `input`.
        virtual Outcome decode(std::string_view& input, std::string& output, std::size_t room) = 0;
    };

private:
    bool begin_stage();
    void fail(Cause cause, std::string fault);

    std::vector<std::string> codings_; ///< In the order in which they were applied.
    std::string body_;
    std::string_view rest_; ///< The part of `body_` that is not decoded yet.
    std::string output_;
    std::size_t decoded_ = 0; ///< The size of `body_`, once a coding was decoded.
    std::size_t const limit_;
    std::unique_ptr<Stage> stage_;
    std::string fault_;
    Cause cause_ = Cause::none;
};

} // namespace sluice::http
