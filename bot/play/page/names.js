/** How the one who looks calls users, roles, channels and commands. */

export class Names {
  /** @param {Object} view what the hub says a person sees */
  constructor(view) {
    this.members = view.members;
    this.roles = view.roles;
    this.channels = [];
    for (const group of view.tree) {
      for (const channel of group.channels) this.channels.push(channel, ...channel.threads);
    }
    this.threads = view.thread_names;
    this.commands = view.command_names;
    this.opened = view.opened;
  }

  /** A member's name. */
  user(id) {
    return this.members.find((member) => member.id === id)?.name ?? "ukendt";
  }

  /** A role's name and colour. */
  role(id) {
    return this.roles.find((role) => role.id === id) ?? { name: "ukendt rolle", color: null };
  }

  /** A channel's name; what he cannot see has none, as on Discord. */
  channel(id) {
    if (this.opened?.id === id) return this.opened.name;
    return this.channels.find((channel) => channel.id === id)?.name ?? this.threads[id] ?? "ingen adgang";
  }

  /** A command's name in his language. */
  command(id, written) {
    const root = this.commands[id];
    if (!root) return written;
    return [root, ...written.split(" ").slice(1)].join(" ");
  }
}
