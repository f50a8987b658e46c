#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class InstallationHandlers {
public:
    explicit InstallationHandlers(ShardParts const& parts);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);

private:
    accounts::InstallationRepository& rows_;
    accounts::Installer& installer_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
