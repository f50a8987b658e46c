// What a definition may say beside its methods: what accounts decide, what is asked, offered and done. Each mistake is
// told with its place.
#include "catalog/integration.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

using namespace test;

constexpr auto kRoom = "tool_tags: {tickets: [tickets]}\n";

/// The example with a part put in.
Result<IntegrationPtr> compiled_with(std::string const& part)
{
    return compile_text(replaced(kManifest, kRoom, part + "\n"), kDocument);
}

IntegrationPtr whole(std::string const& part)
{
    auto compiled = compiled_with(part);
    EXPECT_TRUE(compiled) << compiled.error().public_detail();
    return compiled ? *compiled : desk();
}

struct Mistake {
    std::string name;
    std::string part;
    std::string failure; ///< Path and message, both shortened at will.
};

void expect_mistake(Mistake const& mistake)
{
    auto const compiled = compiled_with(mistake.part);
    ASSERT_FALSE(compiled);
    auto const colon = mistake.failure.find(": ");
    auto const is_it = [&](FieldFailure const& failure) {
        return failure.path.ends_with(mistake.failure.substr(0, colon)) &&
               failure.message.contains(mistake.failure.substr(colon + 2));
    };
    EXPECT_TRUE(std::ranges::any_of(compiled.error().failures(), is_it)) << compiled.error().public_detail();
}

std::string dynamic(std::string const& sources, std::string const& places, std::string const& more = {})
{
    return "dynamic: {sources: " + sources + ", places: " + places + more + "}";
}

constexpr auto kFields = "{fields: {method: tickets.list, record: {id: id, name: label}}}";
constexpr auto kPlace = "[{source: fields, at: filters.status, tools: [tickets.create, tickets.update]}]";

class DynamicMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(DynamicMistakes, AreTold)
{
    expect_mistake(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    All, DynamicMistakes,
    ::testing::Values(
        Mistake{"NoSources", dynamic("{}", "[]"), " dynamic.sources: must have at least one source"},
        Mistake{"NoPlaces", dynamic(kFields, "{}"), " dynamic.places: must be a list of at most 100"},
        Mistake{"SourceOfNoMethod", dynamic("{f: {method: tickets, record: {id: a, name: b}}}", "[]"),
                " dynamic.sources.f.method: names no method"},
        Mistake{"SourceThatIsNoList", dynamic("{f: {method: tickets.get, record: {id: a, name: b}}}", "[]"),
                " dynamic.sources.f.method: must be a list"},
        Mistake{"RecordWithoutId", dynamic("{f: {method: tickets.list, record: {name: b}}}", "[]"),
                " dynamic.sources.f.record.id: is required"},
        Mistake{"RecordWithAnotherMember",
                dynamic("{f: {method: tickets.list, record: {id: a, name: b, colour: c}}}", "[]"),
                " dynamic.sources.f.record.colour: is not a key here"},
        Mistake{"ArgumentsThatAreNone",
                dynamic("{f: {method: tickets.list, arguments: [1], record: {id: a, name: b}}}", "[]"),
                " dynamic.sources.f.arguments: must be a mapping"},
        Mistake{"ArgumentsThatReadAnything",
                dynamic("{f: {method: tickets.list, arguments: {cursor: \"{{context.x}}\"}, record: {id: a, name: b}}}",
                        "[]"),
                " dynamic.sources.f.arguments: reads context.x, which is not there"},
        Mistake{"PlaceOfNoSource", dynamic(kFields, "[{source: tags, at: a, tools: [tickets.create]}]"),
                " dynamic.places[0].source: is no source"},
        Mistake{"PlaceInNoTool", dynamic(kFields, "[{source: fields, at: a, tools: [tickets]}]"),
                " dynamic.places[0].tools: names tickets, which is no method"},
        Mistake{"PlaceOfNoKind", dynamic(kFields, "[{source: fields, at: a, kind: row, tools: [tickets.create]}]"),
                " dynamic.places[0].kind: must be one of id, name, values, field"},
        Mistake{"TooFewCalls", dynamic(kFields, "[]", ", calls_per_hour: 7"),
                " dynamic.calls_per_hour: must be at least 8, so that a quarter reads every source"},
        Mistake{"ShortLifetime", dynamic(kFields, "[]", ", lifetime_s: 59"),
                " dynamic.lifetime_s: must be an integer from 60 to 86400"},
        Mistake{"ChangesOfNoSource",
                dynamic(kFields, "[]", ", changes: {method: tickets.list, marker: id, sources: [tags]}"),
                " dynamic.changes.sources: names tags, which is no source"},
        Mistake{"ChangesWithoutMarker", dynamic(kFields, "[]", ", changes: {method: tickets.list, sources: [fields]}"),
                " dynamic.changes.marker: is required"}),
    [](auto const& param) { return param.param.name; });

TEST(DynamicDefinition, NamesWhereAnAccountsRecordsStand)
{
    auto const integration = whole(dynamic(
        "{fields: {method: tickets.list, arguments: {limit: 100}, record: {id: id, name: label, hidden: gone}}}",
        kPlace,
        ", lifetime_s: 60, calls_per_hour: 8, changes: {method: tickets.list, marker: updated, "
        "sources: [fields]}"));
    auto const& dynamic = integration->dynamic;
    ASSERT_EQ(dynamic.sources.size(), 1U);
    EXPECT_EQ(dynamic.sources[0].name, "fields");
    EXPECT_EQ(dynamic.sources[0].call.resource, "tickets");
    EXPECT_EQ(*dynamic.sources[0].call.arguments.render(json::object{}), (json::object{{"limit", 100}}));
    EXPECT_EQ(dynamic.sources[0].record,
              (std::map<std::string, std::string, std::less<>>{{"id", "id"}, {"name", "label"}, {"hidden", "gone"}}));
    EXPECT_EQ(dynamic.lifetime, std::chrono::seconds(60));
    EXPECT_EQ(dynamic.calls_per_hour, 8);
    ASSERT_TRUE(dynamic.changes);
    EXPECT_EQ(dynamic.changes->marker, "updated");
    ASSERT_EQ(dynamic.places.size(), 2U) << "one for each tool";
    EXPECT_EQ(dynamic.places[1].method, "update");
    EXPECT_EQ(dynamic.places[1].path, (std::vector<std::string>{"filters", "status"}));
    EXPECT_EQ(dynamic.places[1].kind, DynamicPlace::Kind::id);
}

/// What a method asks for, in the manifest of the example.
Result<IntegrationPtr> with_input(std::string const& input)
{
    return compile_text(replaced(kManifest, "create: {operation: create-ticket}",
                                 "create: {operation: create-ticket, input: " + input + "}"),
                        kDocument);
}

std::string rounds(std::string const& request)
{
    return "{rounds: [{" + request + "}]}";
}

constexpr auto kForm = "ask: {elicit: {message: Which, schema: {type: object, properties: {a: {type: string}}}}}";

class InputMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(InputMistakes, AreTold)
{
    auto const compiled = with_input(GetParam().part);
    ASSERT_FALSE(compiled);
    auto const& failure = compiled.error().failures().front();
    auto const told = failure.path.substr(failure.path.find("input")) + ": " + failure.message;
    EXPECT_TRUE(told.starts_with(GetParam().failure)) << told;
}

INSTANTIATE_TEST_SUITE_P(
    All, InputMistakes,
    ::testing::Values(
        Mistake{"NoRounds", "{}", "input.rounds: must be a list of one to 5 rounds"},
        Mistake{"TooManyRounds", std::string("{rounds: [1, 2, 3, 4, 5, 6]}"),
                "input.rounds: must be a list of one to 5 rounds"},
        Mistake{"EmptyRound", "{rounds: [{}]}", "input.rounds[0]: must have one to 10 requests by name"},
        Mistake{"OurOwnKey", rounds("approval: {roots: true}"), "input.rounds[0].approval: must be a name of letters"},
        Mistake{"KeyWithADot", rounds("a.b: {roots: true}"), "input.rounds[0].a.b: must be a name of letters"},
        Mistake{"KeyTwice", "{rounds: [{a: {roots: true}}, {a: {roots: true}}]}",
                "input.rounds[1].a: must be a name of letters, digits, _ and -, given once"},
        Mistake{"NothingAsked", rounds("ask: {}"), "input.rounds[0].ask: must have one of elicit, sample and roots"},
        Mistake{"TwoThingsAsked", rounds("ask: {roots: true, sample: {}}"),
                "input.rounds[0].ask: must have one of elicit, sample and roots"},
        Mistake{"SampleWithoutTokens", rounds("ask: {sample: {messages: []}}"),
                "input.rounds[0].ask.sample: must have messages and maxTokens"},
        Mistake{"SampleThatReadsTheFuture", rounds("ask: {sample: {messages: [\"{{input.later}}\"], maxTokens: 5}}"),
                "input.rounds[0].ask.sample: reads input.later, which is not there"},
        Mistake{"FormWithoutSchema", rounds("ask: {elicit: {message: M}}"),
                "input.rounds[0].ask.elicit.schema: is required"},
        Mistake{"FormThatIsNoObject", rounds("ask: {elicit: {message: M, schema: {type: string}}}"),
                "input.rounds[0].ask.elicit.schema: must be a schema of type object with properties"},
        Mistake{"FormInAForm",
                rounds("ask: {elicit: {message: M, schema: {type: object, properties: {a: {type: object}}}}}"),
                "input.rounds[0].ask.elicit.schema.properties.a: must be of type string, number"},
        Mistake{"FormOfAnotherFormat",
                rounds("ask: {elicit: {message: M, schema: {type: object, properties: {a: {type: string, format: "
                       "uuid}}}}}"),
                "input.rounds[0].ask.elicit.schema.properties.a.format: must be email"},
        Mistake{"FormWithAForeignKeyword",
                rounds("ask: {elicit: {message: M, schema: {type: object, if: 1, properties: {a: {type: string}}}}}"),
                "input.rounds[0].ask.elicit.schema.if: is a keyword that would not be enforced"},
        Mistake{"ArgumentsThatAreNone", std::string("{rounds: [{") + kForm + "}], arguments: 5}",
                "input.arguments: must be a mapping"},
        Mistake{"ArgumentOfNoInput", std::string("{rounds: [{") + kForm + "}], arguments: {a: \"{{input.other}}\"}}",
                "input.arguments.a: reads input.other, which is not there"},
        Mistake{"RequestThatIsOnlyTheBeginningOfAName",
                std::string("{rounds: [{") + kForm + "}], arguments: {a: \"{{input.asked.a}}\"}}",
                "input.arguments.a: reads input.asked.a, which is not there"}),
    [](auto const& param) { return param.param.name; });

TEST(InputDefinition, MakesArgumentsOfWhatWasAnswered)
{
    auto const compiled = with_input(
        std::string("{rounds: [{") + kForm +
        "}, {more: {optional: true, sample: {messages: [\"{{input.ask.a}}\"], maxTokens: 5}}, dirs: {roots: true}}], "
        "arguments: {subject: \"{{input.ask.a}} of {{arguments.priority}}\", note: \"{{input.more.text}}\"}}");
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const& inputs = *(*compiled)->find("tickets", "create")->inputs;
    ASSERT_EQ(inputs.rounds.size(), 2U);
    EXPECT_EQ(inputs.rounds[0][0].kind, InputRequest::Kind::elicitation);
    EXPECT_FALSE(inputs.rounds[0][0].is_optional);
    EXPECT_TRUE(inputs.rounds[1][0].is_optional);
    EXPECT_EQ(method_of(inputs.rounds[1][0].kind), "sampling/createMessage");
    EXPECT_EQ(capability_of(inputs.rounds[1][1].kind), "roots");
    json::object const given{{"priority", "low"}};
    EXPECT_EQ(inputs.fill(given, {{"ask", json::object{{"a", "Bug"}}}}),
              (json::object{{"priority", "low"}, {"subject", "Bug of low"}}))
        << "what was not answered is left out";
    EXPECT_EQ(inputs.fill(given, {}), given);
}

class OfferMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(OfferMistakes, AreTold)
{
    expect_mistake(GetParam());
}

std::string prompt(std::string const& messages)
{
    return "mcp: {prompts: [{name: p, messages: " + messages + "}]}";
}

INSTANTIATE_TEST_SUITE_P(
    All, OfferMistakes,
    ::testing::Values(
        Mistake{"NoList", "mcp: {resources: {}}", " mcp.resources: must be a list of at most 200"},
        Mistake{"NoUri", "mcp: {resources: [{uri: tickets, name: n, read: {method: tickets.list}}]}",
                " mcp.resources[0].uri: must be a URI with a scheme"},
        Mistake{"UriTwice",
                "mcp: {resources: [{uri: \"a://b\", name: n, read: {method: tickets.list}}, {uri: \"a://b\", name: m, "
                "read: {method: tickets.list}}]}",
                " mcp.resources[1]: has the uri of another resource"},
        Mistake{"ReadByAWrite", "mcp: {resources: [{uri: \"a://b\", name: n, read: {method: tickets.create}}]}",
                " mcp.resources[0].read.method: must be a method that reads"},
        Mistake{"ReadsWhatIsNotInTheUri",
                "mcp: {resources: [{uri: \"a://{id}\", name: n, read: {method: tickets.get, arguments: {id: "
                "\"{{context.x}}\"}}}]}",
                " mcp.resources[0].read.arguments: reads context.x"},
        Mistake{"PromptName", "mcp: {prompts: [{name: \"1p\", messages: []}]}", " mcp.prompts[0].name: must match"},
        Mistake{"NoMessages", prompt("[]"), " mcp.prompts[0].messages: must have at least one"},
        Mistake{"NoContent", prompt("[{role: user}]"), " mcp.prompts[0].messages[0].content: is required"},
        Mistake{"AnotherRole", prompt("[{role: system, content: {type: text, text: a}}]"),
                " mcp.prompts[0].messages[0].role: must be one of user, assistant"},
        Mistake{"BlockWithoutType", prompt("[{content: {text: a}}]"),
                " mcp.prompts[0].messages[0].content: must be a content block with a type"},
        Mistake{"BlockOfAnotherType", prompt("[{content: {type: video}}]"),
                " mcp.prompts[0].messages[0].content.type: must be text, image, audio or resource"},
        Mistake{"TextWithoutText", prompt("[{content: {type: text}}]"),
                " mcp.prompts[0].messages[0].content.text: is required and must be text"},
        Mistake{"ImageWithoutType", prompt("[{content: {type: image, data: a}}]"),
                " mcp.prompts[0].messages[0].content.mimeType: is required and must be text"},
        Mistake{"ResourceWithoutOne", prompt("[{content: {type: resource}}]"),
                " mcp.prompts[0].messages[0].content.resource: is required and must be a mapping"},
        Mistake{"ResourceWithoutText", prompt("[{content: {type: resource, resource: {uri: \"a://b\"}}}]"),
                " mcp.prompts[0].messages[0].content.resource.text: is required and must be text"},
        Mistake{"ReadsNoArgument", prompt("[{content: {type: text, text: \"{{arguments.x}}\"}}]"),
                " mcp.prompts[0].messages[0].content: reads arguments.x"},
        Mistake{"ArgumentThatIsOnlyTheBeginningOfAName",
                "mcp: {prompts: [{name: p, arguments: [{name: tone}], messages: [{content: {type: text, text: "
                "\"{{arguments.tonex}}\"}}]}]}",
                " mcp.prompts[0].messages[0].content: reads arguments.tonex, which is not there; there are "
                "arguments.tone"},
        Mistake{"PromptTwice",
                "mcp: {prompts: [{name: p, messages: [{content: {type: text, text: a}}]}, {name: p, messages: "
                "[{content: {type: text, text: a}}]}]}",
                " mcp.prompts[1]: has the name of another prompt"}),
    [](auto const& param) { return param.param.name; });

TEST(OfferDefinition, NamesResourcesAndPrompts)
{
    auto const integration = whole(
        "mcp: {resources: [{uri: \"desk://{id}\", name: ticket, read: {method: tickets.get, arguments: {id: "
        "\"{{uri.id}}\"}}}], prompts: [{name: p, arguments: [{name: tone, required: true, values: [kind]}], input: "
        "{rounds: [{" +
        std::string(kForm) +
        "}]}, messages: [{role: assistant, content: {type: text, text: \"{{arguments.tone}} {{input.ask.a}}\"}}, "
        "{content: {type: resource, resource: {uri: \"a://b\", blob: \"AA==\"}}}]}]}");
    auto const& offers = integration->offers;
    ASSERT_EQ(offers.resources.size(), 1U);
    EXPECT_EQ(offers.resources[0].read.method, "get");
    ASSERT_EQ(offers.prompts.size(), 1U);
    auto const& prompt = offers.prompts[0];
    EXPECT_TRUE(prompt.arguments[0].required);
    EXPECT_EQ(prompt.arguments[0].values, (std::vector<std::string>{"kind"}));
    ASSERT_EQ(prompt.messages.size(), 2U);
    EXPECT_EQ(prompt.messages[0].role, "assistant");
    EXPECT_EQ(prompt.messages[1].role, "user");
    EXPECT_EQ(prompt.inputs->rounds.size(), 1U);
}

class ActionMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(ActionMistakes, AreTold)
{
    expect_mistake(GetParam());
}

std::string form(std::string const& fields)
{
    return "actions: {post_connect_user_form: {title: T, fields: {" + fields + "}}}";
}

INSTANTIATE_TEST_SUITE_P(
    All, ActionMistakes,
    ::testing::Values(
        Mistake{"StepsThatAreNoList", "actions: {post_install: {}}",
                " actions.post_install: must be a list of at most 20"},
        Mistake{"StepThatDoesNothing", "actions: {post_install: [{}]}",
                " actions.post_install[0]: must have one of request, update_context"},
        Mistake{"StepThatDoesTwoThings",
                "actions: {post_install: [{request: {method: tickets.list, as: a}, update_context: {}}]}",
                " actions.post_install[0]: must have one of request, update_context"},
        Mistake{"StepWithoutAName", "actions: {post_install: [{request: {method: tickets.list}}]}",
                " actions.post_install[0].request.as: is required"},
        Mistake{"ContextThatIsNone", "actions: {post_install: [{update_context: 5}]}",
                " actions.post_install[0].update_context: must be a mapping"},
        Mistake{"StepThatIsOnlyTheBeginningOfAName",
                "actions: {post_install: [{request: {method: tickets.list, as: it}}, {update_context: {a: "
                "\"{{steps.item.x}}\"}}]}",
                " actions.post_install[1].update_context: reads steps.item.x, which is not there; there are context., "
                "steps.it"},
        Mistake{"ContextWithoutAName", "actions: {post_install: [{update_context: {a: \"{{context.}}\"}}]}",
                " actions.post_install[0].update_context: reads context., which is not there"},
        Mistake{"TemplateWithoutEnd", "actions: {post_install: [{update_context: {a: \"{{context\"}}]}",
                " actions.post_install[0].update_context.a: has a {{ without }}"},
        Mistake{"FormWithoutFields", form(""), " actions.post_connect_user_form.fields: must have from 1 to 30 fields"},
        Mistake{"ChoiceWithoutOptions", form("a: {label: A, type: select}"),
                " actions.post_connect_user_form.fields.a.options: is required"},
        Mistake{"OptionsThatAreText", form("a: {label: A, type: select, options: x}"),
                " actions.post_connect_user_form.fields.a.options: must be a list of at most 1000"},
        Mistake{"OptionThatIsAList", form("a: {label: A, type: select, options: [{value: [1], label: L}]}"),
                " actions.post_connect_user_form.fields.a.options[0].value: must be a text, a number or a flag"},
        Mistake{"AnswerThatIsOnlyTheBeginningOfAName",
                form("team: {label: T}, a: {label: A, type: select, options: {method: tickets.list, arguments: "
                     "{cursor: \"{{form.teams}}\"}, value: id, label: name}}"),
                " actions.post_connect_user_form.fields.a.options.arguments: reads form.teams, which is not there"},
        Mistake{"OptionsOfNoList",
                form("a: {label: A, type: select, options: {method: tickets.get, value: id, label: name}}"),
                " actions.post_connect_user_form.fields.a.options.method: must be a list"},
        Mistake{"NameOfTheContext", form("subdomain: {label: A}"),
                " actions.post_connect_user_form.fields.subdomain: has the name of a field of the context"}),
    [](auto const& param) { return param.param.name; });

TEST(ActionDefinition, OptionsDependOnTheWholeAnswerThatTheyReadAPartOf)
{
    auto const integration =
        whole(form("team: {label: Team}, day: {label: Day, type: select, options: {method: tickets.list, arguments: "
                   "{cursor: \"{{form.team.id}} {{form.team.name}}\"}, value: id, label: name}}"));
    auto const& fields = integration->actions.post_connect_user_form->fields;
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[1].depends_on, (std::vector<std::string>{"team"}));
}

TEST(ActionDefinition, SaysWhatIsDoneAndAskedOnceAnAccountIsConnected)
{
    auto const integration = whole(
        "actions: {post_install: [{request: {method: tickets.list, as: all, arguments: {limit: 1}}}, {update_context: "
        "{first: \"{{steps.all.0}}\"}}], post_connect_user_form: {title: T, fields: {team: {label: Team, type: select, "
        "required: true, options: [{value: 1, label: One}]}, day: {label: Day, type: multi_select, options: {method: "
        "tickets.list, arguments: {cursor: \"{{form.team}}\"}, value: id, label: name}}, note: {label: Note, "
        "max_length: 3}}}}");
    auto const& actions = integration->actions;
    ASSERT_EQ(actions.post_install.size(), 2U);
    EXPECT_EQ(actions.post_install[0].kind, Step::Kind::request);
    EXPECT_EQ(actions.post_install[0].name, "all");
    EXPECT_EQ(actions.post_install[1].kind, Step::Kind::update_context);
    auto const& form = *actions.post_connect_user_form;
    ASSERT_EQ(form.fields.size(), 3U);
    EXPECT_TRUE(form.fields[0].required);
    EXPECT_EQ(form.fields[0].options[0].value, 1);
    EXPECT_EQ(form.fields[1].depends_on, (std::vector<std::string>{"team"}));
    EXPECT_EQ(name_of(form.fields[1].type), "multi_select");
    EXPECT_EQ(form.find("note")->max_length, 3U);
    EXPECT_EQ(form.find("other"), nullptr);
}

TEST(Headers, OfADefinitionAreSentWithEachCall)
{
    auto const integration = whole(R"(headers: {X-Api-Version: "2026-01", Prefer: return=minimal}
forward_headers: [X-Trace])");
    using Fixed = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(integration->find("tickets", "list")->headers,
              (Fixed{{"x-api-version", "2026-01"}, {"prefer", "return=minimal"}}));
    EXPECT_EQ(integration->forward_headers, std::vector<std::string>{"x-trace"});

    auto const own = compile_text(replaced(replaced(kManifest, kRoom, "headers: {X-Api-Version: \"1\", Prefer: a}\n"),
                                           "get: {operation: get-ticket",
                                           "get: {headers: {x-api-version: \"2\"}, operation: get-ticket"),
                                  kDocument);
    ASSERT_TRUE(own) << own.error().public_detail();
    EXPECT_EQ((*own)->find("tickets", "get")->headers, (Fixed{{"prefer", "a"}, {"x-api-version", "2"}}));
}

class HeaderMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(HeaderMistakes, AreTold)
{
    expect_mistake(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    All, HeaderMistakes,
    ::testing::Values(
        Mistake{"NoMapping", "headers: [a]", "headers: must be a mapping"},
        Mistake{"NoName", "headers: {\"a b\": x}", "headers.a b: must be the name of a header"},
        Mistake{"Credential", "headers: {Authorization: Bearer x}", "headers.Authorization: is a header that Sluice"},
        Mistake{"Host", "headers: {host: x}", "headers.host: is a header that Sluice"},
        Mistake{"HopByHop", "headers: {connection: close}", "headers.connection: is a header that Sluice"},
        Mistake{"LineBreak", "headers: {a: \"x\\ny\"}", "headers.a: must be a text of 1 to 1000"},
        Mistake{"Number", "headers: {a: 5}", "headers.a: must be a text of 1 to 1000"},
        Mistake{"ForwardedCookie", "forward_headers: [Cookie]", "forward_headers: has Cookie, which is a header that"},
        Mistake{"ForwardedClientAddress", "forward_headers: [X-Forwarded-For]",
                "forward_headers: has X-Forwarded-For"}),
    [](auto const& mistake) { return mistake.param.name; });

} // namespace
} // namespace sluice::catalog
