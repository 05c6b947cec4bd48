#include "ci/dualpath/own_options.h"

#include <iostream>

namespace dualpath::cli {

void AddOwnOptions(CLI::App& command, lab::Own& own) {
  // Not by CLI11's envname: it would not split a list of overlays.
  own = lab::OwnFromEnvironment();
  const std::string group = "Your own parts, in place of the stack's";
  command
      .add_option("--kernel", own.kernel,
                  "Kernel: a bzImage beside its lib/modules, a directory with both, a build tree, "
                  "or a linux-image .deb [DUALPATH_KERNEL]")
      ->type_name("FILE|DIR|DEB")
      ->group(group);
  command
      .add_option(
          "--overlay", own.overlays,
          "Files laid over the root, as `make DESTDIR=DIR install` or `dpkg-deb -x` leave them; "
          "can be repeated [DUALPATH_OVERLAY, separated by colons]")
      ->type_name("DIR|TAR|DEB")
      ->allow_extra_args(false)  // of each --overlay: a case program may follow
      ->group(group);
  command
      .add_option("--append", own.append,
                  "Words added to the kernel's command line [DUALPATH_APPEND]")
      ->type_name("WORDS")
      ->group(group);
}

bool AcceptOwn(const lab::Own& own, const std::string& command) {
  const Status checked = lab::CheckOwn(own);
  if (!checked.ok()) std::cerr << command << ": " << checked.error().ToString() << "\n";
  return checked.ok();
}

}  // namespace dualpath::cli
