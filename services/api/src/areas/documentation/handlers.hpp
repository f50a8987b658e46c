#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class DocumentationHandlers {
public:
    explicit DocumentationHandlers(ShardParts const& parts);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);

private:
    accounts::DocumentationRepository& rows_;
    accounts::DocumentationEditor& editor_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
