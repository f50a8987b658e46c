#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// 128 bits, big-endian as in RFC 9562.
using Uuid = std::array<std::uint8_t, 16>;

/// A time-ordered UUID (RFC 9562 section 5.7). Rows of the same time are near each other in an index.
[[nodiscard]] Uuid uuid_v7(std::chrono::system_clock::time_point now);
/// The smallest time-ordered UUID of a time.
[[nodiscard]] Uuid first_id(std::chrono::system_clock::time_point at);
/// The time in a time-ordered UUID, in milliseconds.
[[nodiscard]] std::chrono::system_clock::time_point time_of(Uuid const& uuid);
/// A name-based UUID (RFC 9562 section 5.8, version 8; made of the name by FNV-1a with two offsets). The same name
/// gives the same id everywhere, so a built-in integration needs no table for its id.
[[nodiscard]] Uuid uuid_of_name(std::string_view name);

/// Hyphenated lower-case hex, as PostgreSQL prints it.
[[nodiscard]] std::string to_hex(Uuid const& uuid);
[[nodiscard]] std::optional<Uuid> uuid_from_hex(std::string_view text);
/// 26 characters of Crockford base32, lower-case, as in the TypeID specification 0.3.
[[nodiscard]] std::string to_base32(Uuid const& uuid);
[[nodiscard]] std::optional<Uuid> uuid_from_base32(std::string_view text);

/// An id of one kind of thing. In the database it is a UUID; everywhere else `<prefix>_<26 base32>`
/// (TypeID specification 0.3). Ids of different kinds are different types, so swapping two does not compile.
template <class Tag>
class Id {
public:
    static constexpr std::string_view kPrefix = Tag::kPrefix;

    constexpr Id() = default;
    explicit constexpr Id(Uuid const& uuid)
        : uuid_(uuid)
    {
    }

    /// Accepts only the text form of this kind of id.
    [[nodiscard]] static std::optional<Id> parse(std::string_view text)
    {
        if (text.size() != kPrefix.size() + 27 || !text.starts_with(kPrefix) || text[kPrefix.size()] != '_')
            return std::nullopt;
        auto const uuid = uuid_from_base32(text.substr(kPrefix.size() + 1));
        if (!uuid)
            return std::nullopt;
        return Id{*uuid};
    }

    [[nodiscard]] std::string str() const { return std::string(kPrefix) + '_' + to_base32(uuid_); }
    [[nodiscard]] Uuid const& uuid() const noexcept { return uuid_; }
    [[nodiscard]] bool empty() const noexcept { return uuid_ == Uuid{}; }

    friend auto operator<=>(Id const&, Id const&) = default;

private:
    Uuid uuid_{};
};

// clang-format off
struct TeamTag { static constexpr std::string_view kPrefix = "team"; };
struct EnvironmentTag { static constexpr std::string_view kPrefix = "env"; };
struct ApiTokenTag { static constexpr std::string_view kPrefix = "tok"; };
struct IntegrationTag { static constexpr std::string_view kPrefix = "int"; };
struct EnvironmentIntegrationTag { static constexpr std::string_view kPrefix = "envint"; };
struct IntegratedAccountTag { static constexpr std::string_view kPrefix = "ia"; };
struct McpServerTag { static constexpr std::string_view kPrefix = "mcp_srv"; };
struct DocumentationTag { static constexpr std::string_view kPrefix = "doc"; };
struct EventTag { static constexpr std::string_view kPrefix = "evt"; };
struct WebhookTag { static constexpr std::string_view kPrefix = "wh"; };
struct NotificationDestinationTag { static constexpr std::string_view kPrefix = "dest"; };
struct DeliveryTag { static constexpr std::string_view kPrefix = "dlv"; };
struct LogEntryTag { static constexpr std::string_view kPrefix = "log"; };
struct LinkTokenTag { static constexpr std::string_view kPrefix = "link"; };
struct ApprovalTag { static constexpr std::string_view kPrefix = "appr"; };
struct ConnectionTag { static constexpr std::string_view kPrefix = "conn"; };
struct UserTag { static constexpr std::string_view kPrefix = "user"; };
struct SessionTag { static constexpr std::string_view kPrefix = "sess"; };
struct IdentityProviderTag { static constexpr std::string_view kPrefix = "idp"; };
struct AuditEntryTag { static constexpr std::string_view kPrefix = "audit"; };
// clang-format on

using TeamId = Id<TeamTag>;
using EnvironmentId = Id<EnvironmentTag>;
using ApiTokenId = Id<ApiTokenTag>;
using IntegrationId = Id<IntegrationTag>;
using EnvironmentIntegrationId = Id<EnvironmentIntegrationTag>;
using IntegratedAccountId = Id<IntegratedAccountTag>;
using McpServerId = Id<McpServerTag>;
using DocumentationId = Id<DocumentationTag>;
using EventId = Id<EventTag>;
using WebhookId = Id<WebhookTag>;
using NotificationDestinationId = Id<NotificationDestinationTag>;
using DeliveryId = Id<DeliveryTag>;
using LogEntryId = Id<LogEntryTag>;
using LinkTokenId = Id<LinkTokenTag>;
using ConnectionId = Id<ConnectionTag>;
using ApprovalId = Id<ApprovalTag>;
using UserId = Id<UserTag>;
using SessionId = Id<SessionTag>;
using IdentityProviderId = Id<IdentityProviderTag>;
using AuditEntryId = Id<AuditEntryTag>;

} // namespace sluice

template <class Tag>
struct std::hash<sluice::Id<Tag>> {
    std::size_t operator()(sluice::Id<Tag> const& id) const noexcept
    {
        // The last bytes of a UUIDv7 are random; the first ones are the time.
        std::size_t value = 0;
        std::memcpy(&value, id.uuid().data() + 8, sizeof value);
        return value;
    }
};
