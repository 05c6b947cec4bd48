#include "ci/bench/figures_json.h"

#include <nlohmann/json.hpp>

namespace dualpath::bench {
namespace {

using nlohmann::ordered_json;

template <typename T>
ordered_json OrNull(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json ToJson(const std::optional<Limit>& limit) {
  if (!limit) return {};
  const bool at_most = limit->kind == Limit::Kind::kAtMost;
  return {{at_most ? "at_most" : "at_least", limit->value}};
}

ordered_json ToJson(const Figure& figure) {
  return {{"group", figure.group},         {"name", figure.name},
          {"what", figure.what},           {"unit", figure.unit},
          {"value", OrNull(figure.value)}, {"samples", figure.samples},
          {"limit", ToJson(figure.limit)}, {"met", OrNull(figure.Met())},
          {"note", figure.note},           {"headline", figure.headline}};
}

ordered_json ToJson(const Machine& machine) {
  return {{"cores", machine.cores},   {"cpu", machine.cpu},          {"ram_gib", machine.ram_gib},
          {"kernel", machine.kernel}, {"kvm", machine.kvm},          {"qemu", machine.qemu},
          {"load", machine.load},     {"quiet", machine.WasQuiet()}, {"words", machine.ToString()}};
}

ordered_json ToJson(const SetTimes& set) {
  ordered_json cases = ordered_json::array();
  for (const CaseTime& each : set.cases) {
    cases.push_back({{"name", each.name},
                     {"real", each.real_seconds},
                     {"virtual", each.virtual_seconds},
                     {"ratio", each.Ratio()}});
  }
  return {{"wall_seconds", OrNull(set.wall_seconds)}, {"jobs", set.jobs}, {"cases", cases}};
}

}  // namespace

std::string ToJsonText(const Figures& figures, int indentation) {
  ordered_json all = ordered_json::array();
  for (const Figure& figure : figures.all) all.push_back(ToJson(figure));
  const ordered_json json = {{"version", 1},
                             {"began", figures.began},
                             {"seconds", figures.seconds},
                             {"stack", figures.stack},
                             {"machine", ToJson(figures.machine)},
                             {"figures", all},
                             {"set", ToJson(figures.set)},
                             {"failures", figures.failures}};
  return json.dump(indentation, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace dualpath::bench
