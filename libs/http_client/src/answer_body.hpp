#pragma once

#include "connection_pool.hpp"
#include "exchange.hpp"
#include "http_api/body_source.hpp"
#include "http_api/url.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sluice::http {

/// The body of a streamed answer. It keeps the call's place and connection until its end.
class AnswerBody final : public BodySource {
public:
    /// `head` is that of the answer.
    AnswerBody(std::shared_ptr<Pool> pool, std::unique_ptr<Pool::Place> place, Host& host, Url url,
               std::unique_ptr<Exchange> exchange, Headers const& head, Pace pace)
        : pool_(std::move(pool))
        , place_(std::move(place))
        , host_(host)
        , url_(std::move(url))
        , size_(size_in(head))
        , exchange_(std::move(exchange))
        , pace_(pace)
    {
    }

    Task<Result<std::string>> read() override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
    void cancel() override;

private:
    static std::optional<std::uint64_t> size_in(Headers const& head);

    std::shared_ptr<Pool> const pool_;
    std::unique_ptr<Pool::Place> place_;
    Host& host_; ///< Valid while there is a place.
    Url const url_;
    std::optional<std::uint64_t> const size_;
    std::unique_ptr<Exchange> exchange_;
    Pace const pace_;
    bool is_reading_ = false;
    bool is_complete_ = false;
};

} // namespace sluice::http
