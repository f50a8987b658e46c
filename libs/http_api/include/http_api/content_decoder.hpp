#pragma once

#include "http_api/headers.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// What can be read, as `accept-encoding` says it.
inline constexpr std::string_view kAcceptedCodings = "gzip, deflate, br";

/// Takes the content codings off a body (RFC 9110 section 8.4), a piece at a time, so that whoever shares the thread
/// has his turn. One body each; not thread-safe.
class ContentDecoder {
public:
    /// Of the result, and of what lies between several codings, in bytes.
    ContentDecoder(Headers const& headers, std::string body, std::size_t limit);
    ~ContentDecoder();

    /// Decodes some more; false once there is no more to do: the body is whole, or there is a fault.
    [[nodiscard]] bool step();
    /// What is wrong with the body, to stand behind its name; empty if nothing is.
    [[nodiscard]] std::string const& fault() const noexcept { return fault_; }
    enum class Cause { none, unknown_coding, too_large, broken };
    [[nodiscard]] Cause cause() const noexcept { return cause_; }
    /// Bytes of the results that there are: of the last coding taken off, and of the one being taken off.
    [[nodiscard]] std::size_t size() const noexcept { return decoded_ + output_.size(); }
    [[nodiscard]] std::string take() { return std::move(body_); }

    /// Takes one coding off.
    class Stage {
    public:
        enum class Outcome { more, done, cut, broken };
        virtual ~Stage() = default;
        /// Appends to `output` what `input` gives, at most about `room` bytes, and takes what it used from `input`.
        virtual Outcome decode(std::string_view& input, std::string& output, std::size_t room) = 0;
    };

private:
    bool begin_stage();
    void fail(Cause cause, std::string fault);

    std::vector<std::string> codings_; ///< As they were applied.
    std::string body_;
    std::string_view rest_; ///< Of `body_`.
    std::string output_;
    std::size_t decoded_ = 0; ///< Of `body_`, once a coding is off.
    std::size_t const limit_;
    std::unique_ptr<Stage> stage_;
    std::string fault_;
    Cause cause_ = Cause::none;
};

} // namespace sluice::http
