#include "commands.hpp"
#include "session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace sluice {
namespace {

/// Writes a file that only its owner can read. `flags` say whether it may exist already. Errors: the reason, in one
/// line.
Result<void> write_secret_file(std::string const& file, Secret const& text, int flags)
{
    int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    if (descriptor < 0)
        return invalid(file, errno == EEXIST
                                 ? "exists already; a keyring is never overwritten"
                                 : fmt::format("cannot be written: {}", std::generic_category().message(errno)));
    auto const written = ::write(descriptor, text.reveal().data(), text.reveal().size());
    bool const is_safe = ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (written != static_cast<ssize_t>(text.reveal().size()) || !is_safe)
        return invalid(file, "could not be written whole");
    return {};
}

/// Replaces the file in one step, so that a reader sees the old or the new text.
Result<void> replace_keyring(std::string const& file, crypto::Keyring const& keyring)
{
    auto const next = file + ".new";
    ::unlink(next.c_str());
    if (auto const written = write_secret_file(next, keyring.serialise(), O_EXCL); !written)
        return written;
    if (::rename(next.c_str(), file.c_str()) != 0)
        return invalid(file, fmt::format("cannot be replaced: {}", std::generic_category().message(errno)));
    return {};
}

json::array ids_json(std::vector<std::uint32_t> const& ids)
{
    json::array array;
    for (auto const id : ids)
        array.emplace_back(id);
    return array;
}

/// The replicas that have not loaded a key yet.
std::vector<std::string> without_key(std::vector<tenancy::Replica> const& replicas, std::uint32_t id)
{
    std::vector<std::string> names;
    for (auto const& replica : replicas)
        if (std::ranges::find(replica.key_ids, id) == replica.key_ids.end())
            names.push_back(replica.name);
    return names;
}

} // namespace

Result<void> create_keyring(std::string const& file)
{
    // Never overwrites a file: without the old keyring no stored credential can be read again.
    if (auto const written = write_secret_file(file, crypto::Keyring::generate().serialise(), O_EXCL); !written)
        return written;
    print({{"file", file}, {"active", 1}});
    return {};
}

Result<void> add_key(Options const& options)
{
    auto keyring = load_keyring(options);
    if (!keyring)
        return keyring.error();
    auto const id = keyring->add();
    if (auto const written = replace_keyring(options.keyring_file(), *keyring); !written)
        return written;
    json::object answer{{"file", options.keyring_file()}, {"added", id}, {"active", keyring->active()}};
    answer["keys"] = ids_json(keyring->ids());
    answer["next"] = "Give every replica this file; `sluice keys status` tells when all have loaded it. Then `sluice "
                     "keys rotate`.";
    print(answer);
    return {};
}

Result<void> show_keys(Options const& options)
{
    auto opened = open_session(options);
    if (!opened)
        return opened.error();
    auto& session = **opened;
    auto const replicas = session.run(session.store().upkeep().keys.replicas(Session::deadline()));
    auto const uses = session.run(session.store().upkeep().keys.uses(Session::deadline()));
    if (!replicas || !uses)
        return replicas ? uses.error() : replicas.error();
    json::array keys;
    for (auto const& use : *uses) {
        json::array missing;
        for (auto const& name : without_key(*replicas, use.id))
            missing.emplace_back(name);
        json::object key{{"id", use.id},
                         {"is_active", use.id == session.keyring().active()},
                         {"data_keys", use.data_keys},
                         {"token_hashes", use.secrets}};
        key["replicas_without_it"] = std::move(missing);
        keys.push_back(std::move(key));
    }
    json::object answer{{"file", options.keyring_file()}, {"replicas", replicas->size()}};
    answer["keys"] = std::move(keys);
    print(answer);
    return {};
}

Result<void> rotate_keys(Options const& options)
{
    auto opened = open_session(options);
    if (!opened)
        return opened.error();
    auto& session = **opened;
    auto const newest = session.keyring().ids().back();
    auto const replicas = session.run(session.store().upkeep().keys.replicas(Session::deadline()));
    if (!replicas)
        return replicas.error();
    if (auto const missing = without_key(*replicas, newest); !missing.empty())
        return Error{
            ErrorCode::conflict,
            fmt::format("Key {} is not loaded by every replica yet; it is missing at {}. Give them the keyring "
                        "file and try again in a few seconds.",
                        newest, fmt::join(missing, ", "))};
    if (newest != session.keyring().active()) {
        if (auto const active = session.keyring().activate(newest); !active)
            return active;
        if (auto const checked = session.run(session.store().tenancy().check_keyring(Session::deadline())); !checked)
            return checked;
        if (auto const written = replace_keyring(options.keyring_file(), session.keyring()); !written)
            return written;
    }
    auto const environments = session.run(session.store().upkeep().retention.environments(Session::deadline()));
    if (!environments)
        return environments.error();
    std::size_t wrapped = 0;
    // An entry of the audit log for each environment and each team, since a team reads only its own.
    for (auto const& environment : *environments) {
        auto const done =
            session.run(session.store().upkeep().keys.rewrap(environment, operator_author(), Session::deadline()));
        if (!done)
            return done.error();
        wrapped += *done;
    }
    auto const teams = session.run(session.store().upkeep().keys.teams(Session::deadline()));
    if (!teams)
        return teams.error();
    for (auto const& team : *teams) {
        auto const done =
            session.run(session.store().upkeep().keys.rewrap(team, operator_author(), Session::deadline()));
        if (!done)
            return done.error();
        wrapped += *done;
    }
    print({{"active", newest},
           {"data_keys_wrapped", wrapped},
           {"environments", environments->size()},
           {"teams", teams->size()}});
    return {};
}

Result<void> shred_keys(Options const& options, std::string const& team, std::string const& environment, bool is_meant)
{
    if (!is_meant)
        return Error{ErrorCode::invalid_argument,
                     "This destroys every credential of the environment for good. Add --yes if that is meant."};
    auto opened = open_session(options);
    if (!opened)
        return opened.error();
    auto& session = **opened;
    auto const found = session.run(session.store().tenancy().find_environment(team, environment, Session::deadline()));
    if (!found)
        return found.error();
    auto const accounts =
        session.run(session.store().upkeep().keys.shred(found->id, operator_author(), Session::deadline()));
    if (!accounts)
        return accounts.error();
    print({{"environment_id", found->id.str()}, {"accounts_to_reconnect", *accounts}});
    return {};
}

} // namespace sluice
