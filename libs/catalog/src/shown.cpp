#include "shown.hpp"

#include "composition.hpp"

namespace sluice::catalog {

ItemView read_item_view(json::value const* value, documents::Source const& source, std::string const& path,
                        std::string label, documents::Problems& problems)
{
    Mapping mapping(source, value, path, problems);
    ItemView view;
    view.label = mapping.text("label", false, std::move(label));
    view.title = mapping.text("title", false);
    view.details = mapping.texts("details");
    return view;
}

Shown read_shown(json::value const* value, documents::Source const& source, std::string const& path,
                 documents::Problems& problems)
{
    Shown shown;
    Mapping mapping(source, value, path, problems);
    shown.deletes = mapping.text("deletes", false);
    shown.fields = mapping.text("fields", false);
    if (auto const* given = mapping.find("message")) {
        Mapping paths(source, given, mapping.at("message"), problems);
        Shown::Message message;
        message.is_public = paths.text("public", false);
        message.channel = paths.text("channel", false);
        message.from = paths.text("from", false);
        message.to = paths.text("to", false);
        message.cc = paths.text("cc", false);
        message.bcc = paths.text("bcc", false);
        message.subject = paths.text("subject", false);
        message.text = paths.text("text", true);
        message.html = paths.text("html", false);
        message.quiet = paths.texts("quiet");
        auto const* recorded = paths.find("recorded");
        auto const* list = recorded != nullptr ? recorded->if_array() : nullptr;
        if (recorded != nullptr && list == nullptr)
            paths.problem("recorded", "must be a list of conditions");
        for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
            Mapping condition(source, &(*list)[i], documents::join_path(paths.at("recorded"), i), problems);
            message.recorded.push_back(read_when(condition, source, problems));
        }
        shown.message = std::move(message);
    }
    if (auto const* given = mapping.find("list")) {
        Mapping paths(source, given, mapping.at("list"), problems);
        Shown::List list;
        list.label = paths.text("label", true);
        list.adds = paths.texts("adds");
        list.removes = paths.texts("removes");
        list.sets = paths.texts("sets");
        list.now = paths.text("now", false);
        if (list.adds.empty() && list.removes.empty() && list.sets.empty())
            mapping.problem("list", "must have one of adds, removes, sets");
        shown.list = std::move(list);
    }
    return shown;
}

} // namespace sluice::catalog
