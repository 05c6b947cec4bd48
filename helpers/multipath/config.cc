#include "helpers/multipath/config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <vector>

namespace dualpath::multipath {
namespace {

constexpr unsigned kShortestSample =
    120;  // shorter samples have no reads (libmultipath/io_err_stat.c)

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

constexpr char kQuotable[] = "without quotes and control characters";

/// Returns whether the text can be a quoted value.
bool IsQuotable(const std::string& text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return c == '"' || std::iscntrl(c) != 0;
  });
}

Error Invalid(const std::string& field, const std::string& value, const std::string& allowed) {
  return Error::Because("validate multipath configuration", field + " '" + value + "'",
                        "allowed: " + allowed);
}

Status OneOf(const std::string& field, const std::string& value,
             const std::vector<std::string>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return Ok{};
  std::string list;
  for (const std::string& word : allowed) list += (list.empty() ? "" : ", ") + word;
  return Invalid(field, value, list);
}

Status AtLeastOne(const std::string& field, unsigned value) {
  if (value >= 1) return Ok{};
  return Invalid(field, std::to_string(value), "1 and up");
}

Status ValidateSelector(const std::string& selector) {
  std::istringstream words(selector);
  std::string name;
  std::string count;
  words >> name >> count;
  Status known = OneOf("path_selector", name,
                       {"round-robin", "queue-length", "service-time", "historical-service-time"});
  if (!known.ok()) return known;
  if (IsNumber(count) && IsQuotable(selector)) return Ok{};
  return Invalid("path_selector", selector,
                 "the selector's name and the number of its arguments, as in \"" + name + " 0\"");
}

/// 0 would disable the detection.
Status ValidateShakyPaths(const Config& config) {
  if (config.san_path_err) {
    const SanPathErr& err = *config.san_path_err;
    DUALPATH_TRY_STATUS(AtLeastOne("san_path_err_threshold", err.threshold));
    DUALPATH_TRY_STATUS(AtLeastOne("san_path_err_forget_rate", err.forget_rate));
    DUALPATH_TRY_STATUS(AtLeastOne("san_path_err_recovery_time", err.recovery_seconds));
  }
  if (!config.marginal_path) return Ok{};
  const MarginalPath& marginal = *config.marginal_path;
  DUALPATH_TRY_STATUS(
      AtLeastOne("marginal_path_double_failed_time", marginal.double_failed_seconds));
  DUALPATH_TRY_STATUS(AtLeastOne("marginal_path_err_rate_threshold", marginal.errors_per_mille));
  DUALPATH_TRY_STATUS(
      AtLeastOne("marginal_path_err_recheck_gap_time", marginal.recheck_gap_seconds));
  if (marginal.sample_seconds < kShortestSample) {
    return Invalid("marginal_path_err_sample_time", std::to_string(marginal.sample_seconds),
                   std::to_string(kShortestSample) + " and up");
  }
  if (config.san_path_err) {
    return Invalid("san_path_err_threshold", std::to_string(config.san_path_err->threshold),
                   "not together with marginal_path_*, which disables it");
  }
  return Ok{};
}

/// Returns a regular expression that matches only `text`.
std::string Exactly(const std::string& text) {
  std::string expression = "^";
  for (const char c : text) {
    if (c == '"') {
      expression += '.';  // cannot be quoted in multipath.conf
      continue;
    }
    if (std::string("\\^$.[]|()?*+{}").find(c) != std::string::npos) expression += '\\';
    expression += c;
  }
  return expression + "$";
}

std::string RenderFlush(FlushOnLastDel flush, const Dialect& dialect) {
  if (dialect.flush_always) return ToString(flush);
  return flush == FlushOnLastDel::kAlways ? "yes" : "no";
}

/// Returns a section, or nothing if it would be empty.
std::string RenderBlacklist(const Config& config) {
  std::string lines;
  for (const std::string& name : config.blacklisted_devnodes)
    lines += "\tdevnode \"" + name + "\"\n";
  for (const std::string& wwid : config.blacklisted_wwids) {
    lines += "\twwid \"" + Exactly(wwid) + "\"\n";
  }
  return lines.empty() ? "" : "blacklist {\n" + lines + "}\n";
}

void RenderShakyPaths(const Config& config, std::ostream& out) {
  if (const auto& err = config.san_path_err) {
    out << "\t\tsan_path_err_threshold " << err->threshold << "\n"
        << "\t\tsan_path_err_forget_rate " << err->forget_rate << "\n"
        << "\t\tsan_path_err_recovery_time " << err->recovery_seconds << "\n";
  }
  if (const auto& marginal = config.marginal_path) {
    out << "\t\tmarginal_path_double_failed_time " << marginal->double_failed_seconds << "\n"
        << "\t\tmarginal_path_err_sample_time " << marginal->sample_seconds << "\n"
        << "\t\tmarginal_path_err_rate_threshold " << marginal->errors_per_mille << "\n"
        << "\t\tmarginal_path_err_recheck_gap_time " << marginal->recheck_gap_seconds << "\n";
  }
}

}  // namespace

std::string NoPathRetry::ToString() const {
  switch (kind) {
    case Kind::kQueue:
      return "queue";
    case Kind::kFail:
      return "fail";
    case Kind::kCount:
      break;
  }
  return std::to_string(count);
}

std::string Failback::ToString() const {
  switch (kind) {
    case Kind::kManual:
      return "manual";
    case Kind::kImmediate:
      return "immediate";
    case Kind::kFollowover:
      return "followover";
    case Kind::kAfterSeconds:
      break;
  }
  return std::to_string(seconds);
}

std::string ReservationKey::ToString() const {
  switch (kind) {
    case Kind::kNone:
      return "";
    case Kind::kFile:
      return "file";
    case Kind::kFixed:
      break;
  }
  std::ostringstream text;
  text << "0x" << std::hex << key;
  return text.str();
}

std::string ToString(FlushOnLastDel flush) {
  switch (flush) {
    case FlushOnLastDel::kAlways:
      break;
    case FlushOnLastDel::kUnused:
      return "unused";
    case FlushOnLastDel::kNever:
      return "never";
  }
  return "always";
}

std::string ToString(GroupingPolicy policy) {
  switch (policy) {
    case GroupingPolicy::kFailover:
      break;
    case GroupingPolicy::kMultibus:
      return "multibus";
    case GroupingPolicy::kGroupBySerial:
      return "group_by_serial";
    case GroupingPolicy::kGroupByPrio:
      return "group_by_prio";
    case GroupingPolicy::kGroupByNodeName:
      return "group_by_node_name";
    case GroupingPolicy::kGroupByTpg:
      return "group_by_tpg";
  }
  return "failover";
}

Status Validate(const Config& config) {
  if (config.no_path_retry.kind == NoPathRetry::Kind::kCount && config.no_path_retry.count == 0) {
    return Invalid("no_path_retry", "0", R"(1 and up (number of checks), "queue" or "fail")");
  }
  DUALPATH_TRY_STATUS(ValidateSelector(config.path_selector));
  DUALPATH_TRY_STATUS(OneOf("prio", config.prio,
                            {"const", "sysfs", "emc", "alua", "ontap", "rdac", "hp_sw", "hds",
                             "random", "weightedpath", "path_latency", "ana", "datacore", "iet"}));
  if (!config.prio_args.empty() && !IsQuotable(config.prio_args)) {
    return Invalid("prio_args", config.prio_args, kQuotable);
  }
  if (config.failback.kind == Failback::Kind::kAfterSeconds) {
    DUALPATH_TRY_STATUS(AtLeastOne("failback", config.failback.seconds));
  }
  DUALPATH_TRY_STATUS(ValidateShakyPaths(config));
  DUALPATH_TRY_STATUS(AtLeastOne("polling_interval", config.polling_interval_seconds));
  if (config.max_polling_interval_seconds < config.polling_interval_seconds) {
    return Invalid(
        "max_polling_interval", std::to_string(config.max_polling_interval_seconds),
        "polling_interval (" + std::to_string(config.polling_interval_seconds) + ") and up");
  }
  if (config.reservation_key.kind == ReservationKey::Kind::kFixed &&
      config.reservation_key.key == 0) {
    return Invalid("reservation_key", config.reservation_key.ToString(),
                   "1 and up; 0 means no key in PERSISTENT RESERVE OUT");
  }
  for (const std::string& name : config.blacklisted_devnodes) {
    if (!IsQuotable(name)) {
      return Invalid("devnode", name, std::string("a regular expression ") + kQuotable);
    }
  }
  for (const auto& [field, value] :
       {std::pair("vendor", config.vendor), std::pair("product", config.product)}) {
    if (!IsQuotable(value)) {
      return Invalid(field, value, std::string("a regular expression ") + kQuotable);
    }
  }
  return Ok{};
}

Dialect Dialect::Of(const Version& version) {
  Dialect dialect;
  dialect.detect_pgpolicy = version >= Version{0, 9, 6};
  dialect.flush_always = version >= Version{0, 9, 9};
  return dialect;
}

std::string Render(const Config& config, const Dialect& dialect) {
  std::ostringstream text;
  text << "# Written by dualpath for its own devices; safe to delete.\n"
       << "defaults {\n"
       << "\tpolling_interval " << config.polling_interval_seconds << "\n"
       << "\tmax_polling_interval " << config.max_polling_interval_seconds << "\n";
  const std::string key = config.reservation_key.ToString();
  if (!key.empty()) text << "\treservation_key " << key << "\n";
  for (const std::string& line : config.unchecked_defaults) text << "\t" << line << "\n";
  text << "}\n"
       << "devices {\n"
       << "\tdevice {\n"
       << "\t\tvendor \"" << config.vendor << "\"\n"
       << "\t\tproduct \"" << config.product << "\"\n"
       << "\t\tuser_friendly_names " << (config.user_friendly_names ? "yes" : "no") << "\n"
       << "\t\tpath_grouping_policy " << ToString(config.path_grouping_policy) << "\n"
       << "\t\tpath_selector \"" << config.path_selector << "\"\n"
       << "\t\tpath_checker tur\n"
       << "\t\tprio " << config.prio << "\n"
       << "\t\tdetect_prio no\n";
  if (!config.prio_args.empty()) text << "\t\tprio_args \"" << config.prio_args << "\"\n";
  if (dialect.detect_pgpolicy) text << "\t\tdetect_pgpolicy no\n";
  text << "\t\tfailback " << config.failback.ToString() << "\n"
       << "\t\tno_path_retry " << config.no_path_retry.ToString() << "\n";
  if (config.flush_on_last_del) {
    text << "\t\tflush_on_last_del " << RenderFlush(*config.flush_on_last_del, dialect) << "\n";
  }
  RenderShakyPaths(config, text);
  text << "\t}\n"
       << "}\n"
       << RenderBlacklist(config);
  return text.str();
}

std::string RenderBlacklistExcept(const std::vector<std::string>& wwids) {
  std::string text =
      "blacklist {\n"
      "\twwid \".*\"\n"
      "}\n"
      "blacklist_exceptions {\n";
  for (const std::string& wwid : wwids) text += "\twwid \"" + Exactly(wwid) + "\"\n";
  return text + "}\n";
}

}  // namespace dualpath::multipath
