-- node_processes from ps -eo pid,ppid,user,stat,wchan,rss,nlwp,pcpu,lstart,args: lstart is five fields, args begins at the 14th.
-- Numbers are capped: sums of what a hostile line claims would overflow.
INSERT INTO node_processes (node, pid, ppid, stat, wchan, rss_bytes, threads, args, file, line)
SELECT f.node, CAST(field(l.text, 1) AS INTEGER), CAST(field(l.text, 2) AS INTEGER), field(l.text, 4), field(l.text, 5),
  1024 * min(max(CAST(field(l.text, 6) AS INTEGER), 0), 1 << 50), min(CAST(field(l.text, 7) AS INTEGER), 1 << 50), rest(l.text, 14), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'ps' AND l.text REGEXP '^\s*\d+\s+\d+\s+\S+\s+[A-Z]';

-- sos: ps axo flags,state,uid,pid,ppid,pgid,sid,cls,pri,addr,sz,wchan:20,lstart,tty,time,cmd.
INSERT INTO node_processes (node, pid, ppid, stat, wchan, args, file, line)
SELECT f.node, CAST(field(l.text, 4) AS INTEGER), CAST(field(l.text, 5) AS INTEGER), field(l.text, 2), field(l.text, 12), rest(l.text, 20),
  l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'ps-axo' AND f.node IS NOT NULL AND l.text REGEXP '^\d\s+[A-Z]\s+\d+\s+\d+\s+\d+\s';

-- /proc/cgroups: name, hierarchy, number of cgroups, enabled.
INSERT INTO node_cgroups (node, controller, cgroups, file, line)
SELECT f.node, field(l.text, 1), CAST(field(l.text, 3) AS INTEGER), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'cgroups' AND l.text REGEXP '^[a-z_]+\t\d+\t\d+\t[01]$';
