#include "handlers.hpp"

#include "accounts/documentation_editor.hpp"
#include "accounts/repositories.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "input.hpp"
#include "view.hpp"

namespace sluice::api {

DocumentationHandlers::DocumentationHandlers(ShardParts const& parts)
    : rows_(parts.rows.documentation)
    , editor_(parts.documentation)
    , cursors_(parts.cursors)
{
}

HandlerResult DocumentationHandlers::create(Call& call)
{
    auto const read = [&call](json::object const& body) { return read_documentation(body, call.environment()); };
    return answer_create(call, documentation_view, read, [this, &call](accounts::DocumentationRow row) {
        return editor_.create(std::move(row), call.author(), call.deadline);
    });
}

HandlerResult DocumentationHandlers::list(Call& call)
{
    return answer_list(call, cursors_, documentation_view, [this, &call](tenancy::ListQuery query) {
        return rows_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult DocumentationHandlers::get(Call& call)
{
    return answer_get<DocumentationId>(call, "documentation", documentation_view, [this, &call](DocumentationId id) {
        return rows_.find(call.environment(), id, call.deadline);
    });
}

HandlerResult DocumentationHandlers::patch(Call& call)
{
    return answer_change<DocumentationId>(call, "documentation", documentation_view, read_documentation_patch,
                                          [this, &call](DocumentationId id, DocumentationPatch patch) {
                                              return editor_.change(call.environment(), id, std::move(patch.format),
                                                                    std::move(patch.value), call.author(),
                                                                    call.deadline);
                                          });
}

HandlerResult DocumentationHandlers::remove(Call& call)
{
    return answer_remove<DocumentationId>(call, "documentation", [this, &call](DocumentationId id) {
        return rows_.remove(call.environment(), id, call.author(), call.deadline);
    });
}

} // namespace sluice::api
